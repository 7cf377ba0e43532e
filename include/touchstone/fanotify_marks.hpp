// How fanotify is to be told what to watch ([sources] fanotify).
#pragma once

namespace touchstone {

enum class FanotifyMarks {
    automatic,   // filesystem marks, and directory marks where the kernel refuses those
    filesystem,  // filesystem marks or nothing
    directory,   // one mark for each watched directory
};

}  // namespace touchstone
