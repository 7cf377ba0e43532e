// The programs of one tier in the running kernel: chosen, loaded, attached, each as far as it goes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "handles.hpp"
#include "kernel.hpp"

namespace touchstone {

struct MapSizes {
    std::uint32_t ring = 4096, seen = 1;
};

class Family {
public:
    // One that the kernel refuses is left out, and reported. Fails when without it the tier is none: EOPNOTSUPP when this kernel lacks what
    // it needs, no_permission, or what the verifier said.
    static Result<Family> attach(ProbeTier tier, const Kernel& kernel, const MapSizes& sizes);

    // All that are loaded, attached anew.
    Status attach_again();

    std::vector<ProbeReport> reports() const;
    std::string detached() const;  // the first that is attached no longer; "" when all are
    std::uint64_t missed() const;  // runs left out because the program ran already on that CPU
    int map(const char* name) const;

private:
    struct Member {
        const Program* program;
        bpf_program* loaded = nullptr;
        Link link;
        std::string why_not;
        int code = 0;
    };

    explicit Family(ProbeTier tier) : tier_(tier) {}
    void choose(const Kernel& kernel);
    Status load(const MapSizes& sizes);
    void leave_out_the_refused();
    void attach_each();
    Status judge() const;
    bool is_attached(std::string_view function) const;

    ProbeTier tier_;
    Object object_;
    std::vector<Member> members_;
};

}  // namespace touchstone
