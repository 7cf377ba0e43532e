// The decoder of the probes' records, on any bytes: what it accepts can be used as names, paths and pids without another look.
#include <cstdint>
#include <cstdlib>

#include "touchstone/probe.hpp"

namespace {

using namespace touchstone;

void must(bool holds) {
    if (!holds) std::abort();
}

void inspect(const TouchRecord& touch) {
    must(touch.name.size() < 256 && touch.name.find('/') == touch.name.npos && touch.name != "." && touch.name != "..");
    must(touch.name.empty() == (touch.parent == KernelObject{}) || touch.parent.device == touch.object.device);
    must(touch.witness >= Witness::ctime && touch.witness <= Witness::name);
    must(touch.process.pid >= 0);
}

void inspect(const ForkRecord& fork) { must(fork.parent.pid >= 0 && fork.child.pid >= 0); }

void inspect(const ExecRecord& exec) {
    must(exec.path.size() <= 2 * 1024 + 3 && exec.args.size() <= 1024 && exec.name.size() <= 16 && exec.tty.size() <= 32);
    must(exec.path.find('\0') == exec.path.npos);
    for (const auto& argument : exec.args) must(argument.find('\0') == argument.npos);
    must(exec.process.pid >= 0 && exec.parent.pid >= 0);
}

void inspect(const ExitRecord& exit) { must(exit.process.pid >= 0); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (const auto record = decode_record(data, size)) std::visit([](const auto& each) { inspect(each); }, *record);
    return 0;
}
