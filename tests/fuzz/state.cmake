touchstone_fuzz(state_fuzz SOURCES state_fuzz.cpp STAGES state)
