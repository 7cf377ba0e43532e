// Compressed indexes, through libarchive: only the one filter that the name tells, so that a file cannot choose another.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "dpkg/files.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 6> kFilters{{{".lz4", ARCHIVE_FILTER_LZ4},
                                                                    {".xz", ARCHIVE_FILTER_XZ},
                                                                    {".gz", ARCHIVE_FILTER_GZIP},
                                                                    {".zst", ARCHIVE_FILTER_ZSTD},
                                                                    {".bz2", ARCHIVE_FILTER_BZIP2},
                                                                    {".lzma", ARCHIVE_FILTER_LZMA}}};

int filter_of(std::string_view path) {
    for (const auto& [end, filter] : kFilters)
        if (path.ends_with(end)) return filter;
    return ARCHIVE_FILTER_NONE;
}

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

Error broken(archive* reader) {
    const char* why = archive_error_string(reader);
    return Error{fmt::format("decompress: {}", printable(why ? why : "unknown error")), ErrorKind::bad_input, 0};
}

Status feed_all(archive* reader, const std::function<Status(std::string_view)>& consume) {
    archive_entry* entry = nullptr;
    const int header = archive_read_next_header(reader, &entry);
    if (header == ARCHIVE_EOF) return {};
    if (header != ARCHIVE_OK) return fail(broken(reader));
    const auto buffer = std::make_unique<std::array<char, 128 << 10>>();
    for (;;) {
        const auto got = archive_read_data(reader, buffer->data(), buffer->size());
        if (got < 0) return fail(broken(reader));
        if (got == 0) return {};
        if (auto done = consume({buffer->data(), static_cast<std::size_t>(got)}); !done) return done;
    }
}

Status decompress(int fd, int filter, const std::function<Status(std::string_view)>& consume) {
    const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
    if (!reader) return fail(system_error("decompress", ENOMEM));
    if (archive_read_support_format_raw(reader.get()) != ARCHIVE_OK || archive_read_append_filter(reader.get(), filter) != ARCHIVE_OK ||
        archive_read_open_fd(reader.get(), fd, 128 << 10) != ARCHIVE_OK)
        return fail(broken(reader.get()));
    return feed_all(reader.get(), consume);
}

}  // namespace

Status read_decompressed(const std::string& path, std::uint64_t limit, const std::function<Status(std::string_view)>& consume) {
    const auto fd = open_file(path, Links::follow);
    if (!fd) return fail(fd.error());
    std::uint64_t size = 0;
    const auto bounded = [&](std::string_view piece) -> Status {
        if ((size += piece.size()) > limit) return fail(system_error("it is too long", E2BIG));
        return consume(piece);
    };
    const int filter = filter_of(path);
    auto done = filter == ARCHIVE_FILTER_NONE ? read_pieces(fd->get(), bounded) : decompress(fd->get(), filter, bounded);
    if (!done) return fail(Error{fmt::format("read {}: {}", printable(path), done.error().what), done.error().kind, done.error().code});
    return {};
}

}  // namespace touchstone::dpkg
