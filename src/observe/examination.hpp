// One attempt at one object: what is read of it, beyond its statx.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "content.hpp"
#include "hasher.hpp"
#include "touchstone/observe.hpp"
#include "trouble.hpp"

namespace touchstone {

// The object changed under the reader: EBUSY, the look is taken again.
inline tl::unexpected<Trouble> changing() { return trouble("changing", EBUSY); }

// Fills `seen`, which holds the object's statx already, as far as it gets. All that is passed in must outlive it.
class Examination {
public:
    // `digest`: of the content, where it was read since the statx; else null.
    Examination(Hasher& hasher, ContentReader& reader, const LookOptions& options, const std::string* digest, Attributes& seen)
        : hasher_(hasher), reader_(reader), options_(options), digest_(digest), seen_(seen) {}

    Tried<void> run(int path_fd);
    Tried<void> run_opened(int fd);  // of a regular file or directory, opened for reading

    // The digest is by measurement, and nothing was read.
    bool measured() const { return measured_; }

    std::shared_ptr<const std::string> content() { return std::move(content_); }

    // Of a log that was read, when known blocks were given.
    const std::optional<LogContinuity>& continuity() const { return continuity_; }

private:
    Tried<void> take_xattrs(Tried<std::map<std::string, std::string>> xattrs);
    Tried<void> digest_file(int fd);
    bool digest_without_reading();
    Tried<void> digest_content(int fd);
    void keep(std::string_view bytes);
    bool is_unchanged(int fd) const;
    Tried<void> digest_blocks(int fd);
    Tried<void> walk_blocks(int fd, const BlockDigests* known, std::uint64_t start);

    Hasher& hasher_;
    ContentReader& reader_;
    const LookOptions& options_;
    const std::string* digest_;
    Attributes& seen_;
    std::optional<LogContinuity> continuity_;
    std::shared_ptr<std::string> content_;
    bool measured_ = false;
};

}  // namespace touchstone
