// SHA-256 of two messages at once, held against OpenSSL's of each.
#include "sha256.hpp"

#include <algorithm>

#include "hasher.hpp"
#include "scratch.hpp"

using namespace touchstone;

namespace {

std::string by_openssl(std::string_view bytes) {
    auto hasher = Hasher::make(DigestAlgorithm::sha256);
    REQUIRE(hasher);
    hasher->begin();
    hasher->update(bytes);
    return hasher->finish();
}

// One message, given in pieces of up to `most` bytes.
struct Pieces {
    std::string_view message;
    std::size_t most;
    Sha256 hash{};
    std::string_view ready{};

    bool has_more(std::mt19937& random) {
        if (!ready.empty()) return true;
        ready = message.substr(0, 1 + random() % most);
        message.remove_prefix(ready.size());
        return !ready.empty();
    }
};

}  // namespace

TEST_CASE("two messages of any lengths, in any pieces, have the digests that OpenSSL gives each") {
    if (!Sha256::is_available()) return;
    std::mt19937 random(7);
    const auto text = sample(20'000, 3);
    for (int round = 0; round < 3000; ++round) {
        const auto message = [&] { return std::string_view(text).substr(random() % 100, random() % (round % 3 == 0 ? 19'000 : 300)); };
        const auto one = message(), two = message();
        Pieces first{one, 1 + random() % 2000}, second{two, 1 + random() % 200};
        while (first.has_more(random) && second.has_more(random)) Sha256::update_both(first.hash, first.ready, second.hash, second.ready);
        for (auto* rest : {&first, &second})
            while (rest->has_more(random)) rest->hash.update(std::exchange(rest->ready, {}));
        REQUIRE(first.hash.finish() == by_openssl(one));
        REQUIRE(second.hash.finish() == by_openssl(two));
    }
}

TEST_CASE("every length around the ends of blocks is padded as the standard says") {
    if (!Sha256::is_available()) return;
    const auto text = sample(260);
    for (std::size_t length = 0; length <= text.size(); ++length) {
        Sha256 hash;
        hash.update(std::string_view(text).substr(0, length));
        REQUIRE(hash.finish() == by_openssl(std::string_view(text).substr(0, length)));
    }
}
