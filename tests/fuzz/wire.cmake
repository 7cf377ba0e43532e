touchstone_fuzz(wire_fuzz SOURCES wire_fuzz.cpp STAGES probe)
