touchstone_fuzz(diff_fuzz SOURCES diff_fuzz.cpp STAGES base mask policy observe baseline state diff)
if(TARGET diff_fuzz)
    target_include_directories(diff_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/src/diff)
endif()
