touchstone_fuzz(state SOURCES state_fuzz.cpp STAGES state)
