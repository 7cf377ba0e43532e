#pragma once

#include <memory>

#include "touchstone/sink.hpp"

namespace touchstone {

// Lines to a descriptor that is not ours to close, seek or cut: a terminal, a pipe to a log shipper, a file of the shell's.
// Never waits for a reader: where there is no room, deliver() has failed with EAGAIN.
// A line half written is completed by the next deliver(), never begun again.
std::unique_ptr<EventSink> make_stream_sink(int fd);

}  // namespace touchstone
