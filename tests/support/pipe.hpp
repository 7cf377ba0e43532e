// A pipe and both of its ends.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "touchstone/fd.hpp"

namespace touchstone::test {

struct Pipe {
    Fd reader, writer;
    explicit Pipe(int flags = O_CLOEXEC) {
        int ends[2];
        REQUIRE(::pipe2(ends, flags) == 0);
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }
    std::string read_some() const {
        std::string text(1 << 20, '\0');
        const ssize_t n = ::read(reader.get(), text.data(), text.size());
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return text;
    }
};

}  // namespace touchstone::test
