touchstone_fuzz(fanotify_fuzz SOURCES fanotify_fuzz.cpp STAGES source)
