#include "verity.hpp"

#include <fmt/format.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxDigest = 64;  // SHA-512; a longer one would be refused with EOVERFLOW

// No measurement here, whatever the flag says: the content is read.
bool is_unmeasurable(int error) { return error == ENODATA || error == ENOTTY || error == EOPNOTSUPP || error == ENOSYS || error == EOVERFLOW; }

std::string name_of(std::uint16_t algorithm) {
    switch (algorithm) {
        case FS_VERITY_HASH_ALG_SHA256: return "sha256";
        case FS_VERITY_HASH_ALG_SHA512: return "sha512";
        default: return fmt::to_string(algorithm);
    }
}

}  // namespace

std::string verity_text(std::uint16_t algorithm, std::string_view digest) { return name_of(algorithm) + ":" + to_hex(digest); }

Tried<void> read_verity(int fd, Attributes& attributes) {
    if (attributes.type != FileType::regular || (attributes.inode_flags & FS_VERITY_FL) == 0) return {};
    alignas(fsverity_digest) std::array<char, sizeof(fsverity_digest) + kMaxDigest> answer{};
    auto* measured = reinterpret_cast<fsverity_digest*>(answer.data());
    measured->digest_size = kMaxDigest;
    if (::ioctl(fd, FS_IOC_MEASURE_VERITY, measured) != 0) return is_unmeasurable(errno) ? Tried<void>() : trouble("FS_IOC_MEASURE_VERITY");
    const auto size = std::min<std::size_t>(measured->digest_size, kMaxDigest);
    if (size > 0) attributes.verity = verity_text(measured->digest_algorithm, {answer.data() + sizeof(fsverity_digest), size});
    return {};
}

}  // namespace touchstone
