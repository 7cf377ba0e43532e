// libarchive's readers, one within the other: the members of an ar archive, and the tar archives that they are.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hasher.hpp"
#include "touchstone/result.hpp"

namespace touchstone::dpkg {

struct FreeReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

Error broken_archive(archive* reader, std::string_view what);

// The .deb itself. Everything read is hashed.
class DebStream {
public:
    explicit DebStream(int fd, Hasher& hasher) : fd_(fd), hasher_(hasher) {}
    Status open();
    Result<bool> next(std::string& name);  // false: there is no further member
    archive* reader() { return reader_.get(); }
    Status drain();  // hashes what libarchive did not ask for

private:
    static la_ssize_t read(archive* reader, void* self, const void** buffer);
    int fd_;
    Hasher& hasher_;
    Reader reader_{archive_read_new()};
    std::array<char, 64 << 10> buffer_{};
};

// A tar archive that is the present member of `deb`, with the compression that its name tells.
class TarStream {
public:
    static constexpr std::uint64_t kMaxBytes = 64ULL << 30;  // decompressed, contents only
    static constexpr std::size_t kMaxEntries = 1'000'000;

    explicit TarStream(DebStream& deb) : deb_(deb) {}
    Status open(std::string_view member_name);
    Result<archive_entry*> next();  // null: there is no further entry
    Status read_content(const std::function<Status(std::string_view)>& consume);

private:
    static la_ssize_t read(archive* reader, void* self, const void** buffer);
    DebStream& deb_;
    Reader reader_{archive_read_new()};
    std::array<char, 64 << 10> buffer_{};
    std::uint64_t bytes_ = 0;
    std::size_t entries_ = 0;
};

}  // namespace touchstone::dpkg
