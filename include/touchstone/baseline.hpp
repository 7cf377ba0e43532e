// The baseline: what watched objects should be. One SQLite file, format in docs/formats.md. Read-only but for the `baseline` verbs,
// which write a complete new file beside it and rename it into place: whoever has it open keeps reading the old one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "touchstone/digest.hpp"
#include "touchstone/known.hpp"
#include "touchstone/object.hpp"
#include "touchstone/result.hpp"

namespace touchstone {

struct BaselineInfo {
    std::string id;          // hex SHA-256 over all rows and this info: two baselines with one id say the same
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    WallTime built_at{};
    std::string host;
    std::string built_by;    // "root (login uid 1000)"
    std::string version;     // of touchstone
    std::uint64_t objects = 0;
};

// One `baseline accept`: who took what in, and when.
struct Acceptance {
    WallTime at{};
    std::string by;
    std::string note;
    std::vector<std::string> paths;
};

// Opens with SQLite's immutable=1: no lock, no journal, nothing beside the file is touched or believed.
// Errors: system (ENOENT: no baseline yet), no_permission, corrupt (not ours, wrong format version, damaged).
class BaselineReader final : public KnownReader {
public:
    static Result<BaselineReader> open(const std::string& file);
    BaselineReader(BaselineReader&&) noexcept;
    BaselineReader& operator=(BaselineReader&&) noexcept;
    ~BaselineReader() override;

    const BaselineInfo& info() const;
    Result<std::optional<Observation>> find(const std::string& path) override;
    Status children(const std::string& directory, const std::function<bool(const Glance&)>& visit) override;
    Result<std::optional<std::string>> next_directory(const std::string& scope, const std::string& after) override;
    Result<std::vector<std::string>> paths_of(ObjectId id) override;

    // The digest of a file's content, known without reading it: that of its row, when the row says that fs-verity measured `verity` (Attributes) of the
    // content that was read for it. nullopt: read it; also when the baseline is by another algorithm, or its row cannot be read.
    std::optional<std::string> digest_of(const std::string& path, const std::string& verity, DigestAlgorithm algorithm);

    // Everything at or below `scope` ("" or "/": all), in order of (directory, name). Stops when the visitor returns false.
    Status each(const std::string& scope, const std::function<bool(const Observation&)>& visit);
    Result<std::vector<Acceptance>> acceptances();

    // Reads every row and compares the digest over all of them with info().id, and runs SQLite's integrity check.
    Status verify();

private:
    struct Impl;
    explicit BaselineReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Writes FILE.new-XXXXXX in FILE's directory (made 0700 when missing; the file is 0600), and renames on commit after fsync of
// file and directory. Dropped without commit, or killed: nothing but a stray .new- file, which the next writer removes.
class BaselineWriter {
public:
    static Result<BaselineWriter> create(const std::string& file, const BaselineInfo& info);
    BaselineWriter(BaselineWriter&&) noexcept;
    BaselineWriter& operator=(BaselineWriter&&) noexcept;
    ~BaselineWriter();

    Status put(const Observation& observation);  // replaces a row of the same path; absent() removes it
    Status note(const Acceptance& acceptance);
    Status copy_from(BaselineReader& reader);    // all rows and acceptances of an older baseline
    Result<BaselineInfo> commit();               // the info with id and objects filled in

private:
    struct Impl;
    explicit BaselineWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone
