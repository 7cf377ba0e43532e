touchstone_fuzz(config_fuzz SOURCES config_fuzz.cpp STAGES base config policy)
