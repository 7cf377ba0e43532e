// What the running kernel has for the programs to be attached to, by its type information (BTF).
#pragma once

#include <memory>
#include <string>

#include "program.hpp"

struct btf;

namespace touchstone {

class Kernel {
public:
    // Fails with EOPNOTSUPP when the kernel has no BTF.
    static Result<Kernel> running();

    // "" when the program can be attached; else what is missing, in words.
    std::string why_absent(const Program& program) const;

private:
    struct Free {
        void operator()(btf* types) const;
    };
    Kernel() = default;
    bool takes(std::uint32_t prototype, const Program& program) const;

    std::unique_ptr<btf, Free> types_;
    bool lsm_ = false;  // bpf is among the active security modules
};

}  // namespace touchstone
