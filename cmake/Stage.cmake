# touchstone_stage(NAME SOURCES ... USES stage... LIBRARIES target...)
#
# One folder, one library, one stage. USES names the stages it may include; each must have been declared before, so a cycle cannot be
# written down.
function(touchstone_stage name)
    cmake_parse_arguments(PARSE_ARGV 1 STAGE "" "" "SOURCES;USES;LIBRARIES")
    foreach(used IN LISTS STAGE_USES)
        if(NOT TARGET touchstone_${used})
            message(FATAL_ERROR "stage '${name}' uses '${used}', which is not a stage above it (see CMakeLists.txt)")
        endif()
    endforeach()
    add_library(touchstone_${name} STATIC ${STAGE_SOURCES})
    target_include_directories(touchstone_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    list(TRANSFORM STAGE_USES PREPEND touchstone_ OUTPUT_VARIABLE used_targets)
    target_link_libraries(touchstone_${name} PUBLIC touchstone_settings tl::expected ${used_targets} PRIVATE ${STAGE_LIBRARIES})
endfunction()
