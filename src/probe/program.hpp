// Every program in bpf/, what it is for and what it needs of the kernel.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "touchstone/probe.hpp"

namespace touchstone {

// Where the kernel's function, tracepoint or hook has an argument that the program uses. Kernels differ, and a program that reads another argument
// than it means loads all the same.
struct Argument {
    std::uint32_t count;  // of all arguments; of a tracepoint's, the least
    std::uint32_t at;
    const char* type;     // the struct that it points to
};

struct Program {
    const char* function;   // in bpf/touchstone.bpf.c
    const char* attach;     // its section: what libbpf attaches it to
    unsigned tiers;         // bits of ProbeTier
    Argument argument;
    const char* witnesses;  // in words
    const char* stand_in;   // the function that sees the same; "" when none does
    bool essential;         // without it fanotify alone sees more than the tier

    bool is_in(ProbeTier tier) const { return (tiers >> static_cast<unsigned>(tier) & 1u) != 0; }
    std::string_view target() const;  // "notify_change" of "fexit/notify_change"
    bool is_attached_to(std::string_view kind) const { return std::string_view(attach).starts_with(kind); }
};

std::span<const Program> programs();

}  // namespace touchstone
