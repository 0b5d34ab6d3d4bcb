"""What may a template see? Plain values, already worded; a template only lays them out."""
