// One installed package: what its header says of its files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../accounts.hpp"
#include "../stated.hpp"
#include "keys.hpp"
#include "library.hpp"

namespace touchstone::rpm {

// What is kept of each installed package.
struct Package {
    std::uint32_t number = 0;  // of its header in the database
    std::string name;
    std::string version;  // [EPOCH:]VERSION-RELEASE
    std::string label;    // NAME-[EPOCH:]VERSION-RELEASE.ARCH
    std::string signer;   // as Keys::signer_of
    std::vector<std::string> obsoletes;  // names
    std::uint32_t transaction = 0;       // the second in which it began, which groups its packages; not signed
    std::uint32_t installed = 0;         // second; not signed
    std::string replaced;                // the version that went when it came; "" when none was seen to
};
using PackageRef = std::shared_ptr<const Package>;

// A path of a package whose signature is good.
struct File {
    PackageRef package;
    Stated stated;
    bool config = false;     // %config: whose content is the administrator's to change
    bool noreplace = false;  // %config(noreplace): new content comes as NAME.rpmnew
    bool may_be_gone = false;  // %ghost or %config(missingok)
    bool ghost = false;      // %ghost: the package says that there may be one, and nothing of what it is
};

// Under the library's lock.
class SignedHeader {
public:
    // nullopt: it is not signed by one of the keys, or what is signed cannot be read.
    static std::optional<SignedHeader> of(Header header, std::uint32_t number, const Keys& keys);

    const PackageRef& package() const { return package_; }
    std::uint32_t files() const { return rpmfilesFC(files_.get()); }
    std::string path(std::uint32_t index) const;
    // nullopt: it was not installed (documentation left out, another architecture's file in its place).
    std::optional<File> file(std::uint32_t index, Accounts& accounts) const;

private:
    PackageRef package_;
    Owned<rpmfiles> files_;
    std::string states_;
};

}  // namespace touchstone::rpm
