// Which commit a path belongs to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "touchstone/result.hpp"
#include "touchstone/time.hpp"

namespace touchstone::ostree {

struct Deployment {
    std::string os;         // the name of the operating system: demo
    std::string directory;  // SYSROOT/ostree/deploy/OS/deploy/COMMIT.SERIAL
    std::string commit;     // hex
    std::string remote;     // of its origin; "" when that is local, or not known
};

struct Whereabouts {
    Deployment deployment;
    std::string path;  // inside: "/usr/bin/x"
};

class Deployments {
public:
    // Asks for the booted deployment when that is "/". corrupt: libostree cannot tell which it is.
    static Result<Deployments> open(std::string sysroot);

    // nullopt: it belongs to none. A deployment's directory is named by its commit; /usr and /etc of the host are those of the booted one.
    std::optional<Whereabouts> of(const std::string& path) const;
    // All of a commit, whose directory is there; empty: none.
    std::vector<Deployment> with(const std::string& commit) const;
    // nullopt: it is being made.
    static std::optional<WallTime> made(const Deployment& deployment);
    // The last one, if it was made after `at`, or is being made.
    std::optional<Deployment> made_since(WallTime at) const;

private:
    std::vector<Deployment> all() const;

    Deployments(std::string sysroot, std::optional<Deployment> booted) : sysroot_(std::move(sysroot)), booted_(std::move(booted)) {}

    std::string sysroot_;  // without a slash at its end
    std::optional<Deployment> booted_;
};

}  // namespace touchstone::ostree
