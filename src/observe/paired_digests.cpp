#include "touchstone/paired_digests.hpp"

#include <array>
#include <optional>
#include <utility>

#include "content.hpp"
#include "hasher.hpp"
#include "sha256.hpp"
#include "status.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

bool agrees_with_openssl() {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    if (!hasher) return false;
    const std::string text(3 * Sha256::kBlock + 1, 'a'), other(2 * Sha256::kBlock - 1, 'b');
    const auto expected = [&](std::string_view bytes) {
        hasher->begin();
        hasher->update(bytes);
        return hasher->finish();
    };
    Sha256 first, second;
    std::string_view of_first = text, of_second = other;
    Sha256::update_both(first, of_first, second, of_second);
    first.update(of_first);
    second.update(of_second);
    return first.finish() == expected(text) && second.finish() == expected(other);
}

}  // namespace

struct PairedDigests::Impl {
    // A file that is being read, and how far it was hashed.
    struct Reading {
        Reading(File what, const ContentBuffer& buffer, const std::function<bool()>& going_on)
            : file(std::move(what)),
              keep_going([this, &going_on] { return going_on() && is_unchanged(); }),
              stream(buffer, file.opened.get(), 0, file.status.stx_size, keep_going) {}

        bool is_unchanged() const {
            const auto now = status_of(file.opened.get());
            return now && same_state(file.status, *now);
        }

        File file;
        const std::function<bool()> keep_going;
        ContentStream stream;
        Sha256 hash;
        std::string_view ready;  // read, and not yet hashed
    };

    std::function<bool()> keep_going;
    Finished finished;
    std::array<ContentBuffer, 2> buffers{};
    std::array<std::optional<Reading>, 2> readings{};

    void add(File file);
    bool read_on();
    bool has_more(std::optional<Reading>& reading);
    void give_back(std::optional<Reading>& reading, bool whole);
};

void PairedDigests::Impl::add(File file) {
    auto& [first, second] = readings;
    auto& free = first ? second : first;
    free.emplace(std::move(file), buffers[first ? 1 : 0], keep_going);
    if (!first || !second) return;
    while (has_more(first) && has_more(second)) Sha256::update_both(first->hash, first->ready, second->hash, second->ready);
}

bool PairedDigests::Impl::read_on() {
    auto& reading = readings[0] ? readings[0] : readings[1];
    if (!reading) return false;
    if (has_more(reading)) reading->hash.update(std::exchange(reading->ready, {}));
    return true;
}

// Reads on where all that was read is hashed. False: it was given back.
bool PairedDigests::Impl::has_more(std::optional<Reading>& reading) {
    if (!reading->ready.empty()) return true;
    const auto bytes = reading->stream.next();
    if (bytes && !bytes->empty()) {
        reading->ready = *bytes;
        return true;
    }
    give_back(reading, bytes && reading->stream.position() == reading->file.status.stx_size);
    return false;
}

void PairedDigests::Impl::give_back(std::optional<Reading>& reading, bool whole) {
    const auto digest = whole ? reading->hash.finish() : std::string();
    const File file = std::move(reading->file);
    reading.reset();  // which drops what reading has brought into the page cache
    finished(file, whole ? &digest : nullptr);
}

bool PairedDigests::is_offered(DigestAlgorithm algorithm) {
    static const bool sound = Sha256::is_available() && agrees_with_openssl();
    return algorithm == DigestAlgorithm::sha256 && !is_fips_enabled() && sound;
}

std::unique_ptr<PairedDigests> PairedDigests::make(DigestAlgorithm algorithm, std::function<bool()> keep_going, Finished finished) {
    if (!is_offered(algorithm)) return nullptr;
    return std::unique_ptr<PairedDigests>(new PairedDigests(std::unique_ptr<Impl>(new Impl{std::move(keep_going), std::move(finished)})));
}

PairedDigests::PairedDigests(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PairedDigests::~PairedDigests() = default;

void PairedDigests::add(File file) { impl_->add(std::move(file)); }
bool PairedDigests::read_on() { return impl_->read_on(); }

}  // namespace touchstone
