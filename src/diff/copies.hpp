// The kept copies of texts: of each path the content last looked at, and the one last reported. Bounded; one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "format.hpp"
#include "touchstone/digest.hpp"

namespace touchstone::diff {

class Copies {
public:
    struct Limits {
        std::uint64_t copies, bytes;
    };
    // What cannot be read any more is removed and begun anew, for it can be made again; `recovered` then says so.
    static Result<Copies> open(std::string state_directory, DigestAlgorithm digest, std::string& recovered);

    bool has(std::string_view path);  // any copy of it
    // The content with this digest, which is made anew: corrupt when the copy has another one. nullopt: no such copy. Longer ones than `most` are none.
    Result<std::optional<std::string>> find(std::string_view path, std::string_view digest, std::uint64_t most);

    struct Copy {
        std::string_view path, digest, content;
        bool is_private = false;
    };
    // Of the path's other copies the one with the digest `also` stays. False: the limits do not allow it.
    Result<bool> put(const Copy& copy, std::string_view also, const Limits& limits);
    Status drop(std::string_view path);  // all copies of it
    // Drops the copies of which `wanted` says no.
    Status sift(const std::function<bool(const std::string& path, bool is_private)>& wanted);

    std::uint64_t count() const { return count_; }
    std::uint64_t bytes() const { return bytes_; }

private:
    Copies(std::unique_ptr<store::Database> database, DigestAlgorithm digest) : database_(std::move(database)), digest_(digest) {}
    Status count_all();
    Status drop_others(const Copy& copy, std::string_view also);
    Result<bool> put_within(const Copy& copy, std::string_view also, const Limits& limits);
    Status forget(std::int64_t id, std::int64_t bytes);
    template <class Work>
    auto in_transaction(const Work& work) -> decltype(work());

    std::unique_ptr<store::Database> database_;
    DigestAlgorithm digest_;
    std::uint64_t count_ = 0, bytes_ = 0;
};

}  // namespace touchstone::diff
