#include "touchstone/rotation.hpp"

#include <archive.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>

#include "blocks.hpp"
#include "content.hpp"
#include "hasher.hpp"
#include "status.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kUnpackedAtOnce = 128 << 10;

using KeepGoing = std::function<bool()>;

struct FreeArchive {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

struct Magic {
    std::string_view bytes;
    int filter;
};
constexpr std::array kMagics{Magic{"\x1f\x8b", ARCHIVE_FILTER_GZIP}, Magic{"BZh", ARCHIVE_FILTER_BZIP2},
                             Magic{"\xfd" "7zXZ", ARCHIVE_FILTER_XZ}, Magic{"\x28\xb5\x2f\xfd", ARCHIVE_FILTER_ZSTD}};

std::optional<int> filter_of(int fd) {
    std::array<char, 8> front{};
    const auto length = ::pread(fd, front.data(), front.size(), 0);
    if (length <= 0) return std::nullopt;
    const std::string_view bytes(front.data(), static_cast<std::size_t>(length));
    for (const auto& magic : kMagics)
        if (bytes.substr(0, magic.bytes.size()) == magic.bytes) return magic.filter;
    return std::nullopt;
}

// The compressed side. What comes out is bounded by the caller, so only input that yields nothing must be bounded here.
class CompressedInput {
public:
    CompressedInput(int fd, std::uint64_t limit, const KeepGoing& keep_going) : stream_(buffer_, fd, 0, limit, keep_going) {}

    static la_ssize_t next(archive* reader, void* self, const void** buffer) {
        auto& input = *static_cast<CompressedInput*>(self);
        const auto bytes = input.stream_.next();
        if (!bytes) {
            input.error_ = bytes.error().error;
            archive_set_error(reader, input.error_, "read");
            return -1;
        }
        *buffer = bytes->data();
        return static_cast<la_ssize_t>(bytes->size());
    }

    int error() const { return error_; }  // of reading, not of decompressing; 0 when there was none

private:
    ContentBuffer buffer_;
    ContentStream stream_;
    int error_ = 0;
};

// What compressors make of nothing: a header, which may hold a file name, and a checksum.
constexpr std::uint64_t kMaxPackedNothing = 512;

class Candidate {
public:
    Candidate(Hasher& hasher, const BlockDigests& known, int fd, const KeepGoing& keep_going)
        : hasher_(hasher), known_(known), fd_(fd), keep_going_(keep_going) {}

    Tried<bool> holds_plain() {
        BlockWalk walk(hasher_, &known_, 0);
        ContentReader reader;
        const auto reached = reader.read(fd_, 0, known_.size, keep_going_, [&walk](std::string_view bytes) {
            walk.feed(bytes);
            return !walk.first_difference();
        });
        if (!reached) return tl::unexpected(reached.error());
        return is_match(walk);
    }

    Tried<bool> holds_compressed(int filter) {
        BlockWalk walk(hasher_, &known_, 0);
        const auto read = decompress(filter, [&](archive& reader) { return feed_from(reader, walk); });
        if (!read) return tl::unexpected(read.error());
        return is_match(walk);
    }

    Tried<bool> is_nothing(int filter) {
        bool nothing = true;
        const auto read = decompress(filter, [&](archive& reader) -> Tried<void> {
            archive_entry* entry = nullptr;
            char byte = 0;
            nothing = archive_read_next_header(&reader, &entry) != ARCHIVE_OK || archive_read_data(&reader, &byte, 1) <= 0;
            return {};
        });
        if (!read) return tl::unexpected(read.error());
        return nothing;
    }

private:
    // Only the one filter that the file's first bytes name is added: libarchive would peel layer after layer by itself, each
    // multiplying what the next must chew, and start programs for formats that it has no library for.
    template <class Consume>
    Tried<void> decompress(int filter, Consume consume) {
        const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
        if (!reader) return trouble("decompress", ENOMEM);
        // Data that does not compress grows by far less than an eighth.
        CompressedInput input(fd_, known_.size + known_.size / 8 + (1 << 20), keep_going_);
        if (archive_read_support_format_raw(reader.get()) != ARCHIVE_OK || archive_read_append_filter(reader.get(), filter) != ARCHIVE_OK)
            return trouble("decompress", EOPNOTSUPP);
        if (archive_read_open(reader.get(), &input, nullptr, CompressedInput::next, nullptr) == ARCHIVE_OK) {
            if (auto consumed = consume(*reader); !consumed) return consumed;
        }
        if (input.error() != 0) return trouble("read", input.error());
        return {};
    }

    // To the first difference, the end of what is known, or the end or damage of the data.
    Tried<void> feed_from(archive& reader, BlockWalk& walk) const {
        archive_entry* entry = nullptr;
        if (archive_read_next_header(&reader, &entry) != ARCHIVE_OK) return {};
        std::string buffer(kUnpackedAtOnce, '\0');
        std::uint64_t since_poll = 0;
        while (walk.position() < known_.size && !walk.first_difference()) {
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), known_.size - walk.position()));
            const auto length = archive_read_data(&reader, buffer.data(), wanted);
            if (length <= 0) return {};
            walk.feed(std::string_view(buffer.data(), static_cast<std::size_t>(length)));
            since_poll += static_cast<std::uint64_t>(length);
            if (since_poll < ContentStream::kPollEvery) continue;
            since_poll = 0;
            if (keep_going_ && !keep_going_()) return trouble("decompress", ECANCELED);
        }
        return {};
    }

    bool is_match(const BlockWalk& walk) const { return walk.position() == known_.size && !walk.first_difference(); }

    Hasher& hasher_;
    const BlockDigests& known_;
    int fd_;
    const KeepGoing& keep_going_;
};

Tried<bool> holds(int path_fd, const BlockDigests& known, Hasher& hasher, const KeepGoing& keep_going) {
    const auto status = status_of(path_fd);
    if (!status) return tl::unexpected(status.error());
    if (!S_ISREG(status->stx_mode)) return false;
    if (known.size == 0 && (status->stx_size == 0 || status->stx_size > kMaxPackedNothing)) return status->stx_size == 0;
    const auto opened = reopen(path_fd, 0);
    if (!opened) return tl::unexpected(opened.error());
    Candidate candidate(hasher, known, opened->get(), keep_going);
    if (known.size == 0) {
        const auto packed = filter_of(opened->get());
        return packed ? candidate.is_nothing(*packed) : Tried<bool>(false);
    }
    if (status->stx_size >= known.size) {
        auto plain = candidate.holds_plain();
        if (!plain || *plain) return plain;
    }
    const auto filter = filter_of(opened->get());
    return filter ? candidate.holds_compressed(*filter) : Tried<bool>(false);
}

}  // namespace

Result<bool> holds_known(const std::string& path, const BlockDigests& known, DigestAlgorithm algorithm, const KeepGoing& keep_going) {
    if (!is_well_formed(known, algorithm))
        return fail(Error{"the known block digests of a log are not " + std::string(config_name(algorithm)), ErrorKind::bad_input, 0});
    auto hasher = Hasher::make(algorithm);
    if (!hasher) return fail(std::move(hasher.error()));
    const auto opened = open_nofollow(path, 0);
    if (!opened) {
        const int error = opened.error().code;
        if (error == ENOENT || error == ENOTDIR || error == ELOOP) return false;
        return fail(opened.error());
    }
    const auto answer = holds(opened->get(), known, *hasher, keep_going);
    if (!answer) return fail(system_error(std::string(answer.error().attempted) + " " + printable(path), answer.error().error));
    return *answer;
}

}  // namespace touchstone
