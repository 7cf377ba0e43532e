// What a commit says, down to each path. Every object on the way is held against the checksum that the one before has of it, beginning with the commit's own,
// so that what was changed in the repository afterwards says nothing.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "library.hpp"

namespace touchstone::ostree {

struct Place {
    bool directory = false;
    std::string checksum;  // raw: of the file, or of the directory's own metadata
};

// Not thread-safe.
class Repository {
public:
    // null: there is none at `path`.
    static Result<std::unique_ptr<Repository>> open(const std::string& path);

    // nullopt inside: the commit has no such path. Error: it, or a directory on the way, is not there or damaged.
    Result<std::optional<Place>> find(const std::string& commit, std::string_view path);

    // Where it keeps the file of this checksum (raw).
    std::string file_of(const std::string& checksum) const;

    struct About {
        std::string signer;       // "FINGERPRINT (NAME)"; "" when no signature is good
        std::string why_unsigned; // what was wrong with its signatures; "" when it has none
        std::string version;      // of its metadata; "" when it has none
    };
    // `remote`: whose keys count ("" for those of the host). gpg(1) is run for it, once for each commit and process.
    Result<About> about(const std::string& commit, const std::string& remote);

private:
    Repository(std::string path, Owned<OstreeRepo> repo) : path_(std::move(path)), repo_(std::move(repo)) {}
    // Holds `kMostKept` at most. bad objects are errors.
    Result<GVariant*> object(OstreeObjectType type, const std::string& checksum);

    static constexpr std::size_t kMostKept = 256;
    const std::string path_;  // without symbolic links
    Owned<OstreeRepo> repo_;
    std::map<std::string, Variant> kept_;  // by checksum in hex and type
};

}  // namespace touchstone::ostree
