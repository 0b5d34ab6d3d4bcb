"""Numbers in, shapes out: where does each thing stand in a drawing?

Pure Python: no Django, no clock, no database, no colours and no sentences. Everything that is drawn
comes back as plain data, so that the table beside a drawing can hold exactly the same.

``axes``      a line of days, a line of numbers, and their ticks
``lanes``     events and times of one person, one lane a kind
``trends``    one value over time, over the bands in which it means something
``months``    shares of one month after another, with their intervals
"""
