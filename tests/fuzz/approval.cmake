touchstone_fuzz(approval_fuzz SOURCES approval_fuzz.cpp STAGES provider)
