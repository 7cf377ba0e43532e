touchstone_fuzz(reader_fuzz SOURCES reader_fuzz.cpp STAGES reader base)
