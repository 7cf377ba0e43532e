#include "dpkg/archive_stream.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

struct Compression {
    std::string_view end;
    int filter;
};
constexpr std::array<Compression, 6> kMemberFilters{{{".tar", ARCHIVE_FILTER_NONE},
                                                     {".tar.gz", ARCHIVE_FILTER_GZIP},
                                                     {".tar.xz", ARCHIVE_FILTER_XZ},
                                                     {".tar.zst", ARCHIVE_FILTER_ZSTD},
                                                     {".tar.bz2", ARCHIVE_FILTER_BZIP2},
                                                     {".tar.lzma", ARCHIVE_FILTER_LZMA}}};

}  // namespace

Error broken_archive(archive* reader, std::string_view what) {
    const char* why = archive_error_string(reader);
    return Error{fmt::format("{}: {}", what, printable(why ? why : "unknown error")), ErrorKind::bad_input, 0};
}

Status DebStream::open() {
    if (!reader_) return fail(system_error("read an archive", ENOMEM));
    if (archive_read_support_format_ar(reader_.get()) != ARCHIVE_OK || archive_read_append_filter(reader_.get(), ARCHIVE_FILTER_NONE) != ARCHIVE_OK ||
        archive_read_open(reader_.get(), this, nullptr, read, nullptr) != ARCHIVE_OK)
        return fail(broken_archive(reader_.get(), "it is no .deb"));
    return {};
}

la_ssize_t DebStream::read(archive* reader, void* self, const void** buffer) {
    auto& stream = *static_cast<DebStream*>(self);
    *buffer = stream.buffer_.data();
    for (;;) {
        const auto got = ::read(stream.fd_, stream.buffer_.data(), stream.buffer_.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) archive_set_error(reader, errno, "read");
        if (got > 0) stream.hasher_.update({stream.buffer_.data(), static_cast<std::size_t>(got)});
        return got;
    }
}

Result<bool> DebStream::next(std::string& name) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader_.get(), &entry);
    if (code == ARCHIVE_EOF) return false;
    if (code != ARCHIVE_OK) return fail(broken_archive(reader_.get(), "it is no .deb"));
    const char* path = archive_entry_pathname(entry);
    name = path ? path : "";
    return true;
}

Status DebStream::drain() {
    for (;;) {
        const void* buffer = nullptr;
        const auto got = read(reader_.get(), this, &buffer);
        if (got < 0) return fail(system_error("read"));
        if (got == 0) return {};
    }
}

Status TarStream::open(std::string_view member_name) {
    if (!reader_) return fail(system_error("read an archive", ENOMEM));
    const auto dot = member_name.find('.');
    const auto end = dot == std::string_view::npos ? std::string_view() : member_name.substr(dot);
    for (const auto& [name, filter] : kMemberFilters) {
        if (name != end) continue;
        if (archive_read_support_format_tar(reader_.get()) != ARCHIVE_OK || archive_read_support_format_empty(reader_.get()) != ARCHIVE_OK ||
            archive_read_append_filter(reader_.get(), filter) != ARCHIVE_OK ||
            archive_read_open(reader_.get(), this, nullptr, read, nullptr) != ARCHIVE_OK)
            return fail(broken_archive(reader_.get(), member_name));
        return {};
    }
    return fail(Error{fmt::format("{} is compressed in an unknown way", printable(member_name)), ErrorKind::bad_input, 0});
}

la_ssize_t TarStream::read(archive* reader, void* self, const void** buffer) {
    auto& stream = *static_cast<TarStream*>(self);
    *buffer = stream.buffer_.data();
    const auto got = archive_read_data(stream.deb_.reader(), stream.buffer_.data(), stream.buffer_.size());
    if (got < 0) archive_set_error(reader, EINVAL, "the archive is cut");
    return got < 0 ? -1 : got;
}

Result<archive_entry*> TarStream::next() {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader_.get(), &entry);
    if (code == ARCHIVE_EOF) return static_cast<archive_entry*>(nullptr);
    // A warning is about names that are no UTF-8, which are bytes to us.
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return fail(broken_archive(reader_.get(), "its tar archive is damaged"));
    if (++entries_ > kMaxEntries) return fail(system_error("read an archive: too many files", E2BIG));
    return entry;
}

Status TarStream::read_content(const std::function<Status(std::string_view)>& consume) {
    for (std::int64_t at = 0;;) {
        const void* piece = nullptr;
        std::size_t size = 0;
        la_int64_t offset = at;
        const int code = archive_read_data_block(reader_.get(), &piece, &size, &offset);
        if (code != ARCHIVE_OK && code != ARCHIVE_EOF) return fail(broken_archive(reader_.get(), "its tar archive is damaged"));
        // dpkg takes none; some hundred bytes of an archive may stand for gigabytes of zeros to be hashed.
        if (offset != at) return fail(Error{"it has a sparse file", ErrorKind::bad_input, 0});
        if (code == ARCHIVE_EOF) return {};
        if ((bytes_ += size) > kMaxBytes) return fail(system_error("read an archive: it is too large", E2BIG));
        if (auto done = consume({static_cast<const char*>(piece), size}); !done) return done;
        at += static_cast<std::int64_t>(size);
    }
}

}  // namespace touchstone::dpkg
