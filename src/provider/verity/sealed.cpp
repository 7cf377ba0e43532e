#include "sealed.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fsverity.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "../file_state.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/observe.hpp"

namespace touchstone::verity {
namespace {

constexpr std::size_t kMostDigest = 64;
constexpr std::size_t kMostSignature = 16128;  // FS_VERITY_MAX_SIGNATURE_SIZE of the kernel

bool is_refusal(int error) { return error == ENODATA || error == ENOTTY || error == EOPNOTSUPP || error == ENOSYS || error == EOVERFLOW || error == EINVAL; }

// nullopt: there is none.
Result<std::optional<std::string>> read_signature(int fd, const std::string& path) {
    std::string bytes(kMostSignature, '\0');
    std::size_t length = 0;
    while (length < bytes.size()) {
        fsverity_read_metadata_arg asked{};
        asked.metadata_type = FS_VERITY_METADATA_TYPE_SIGNATURE;
        asked.offset = length;
        asked.length = bytes.size() - length;
        asked.buf_ptr = reinterpret_cast<std::uint64_t>(bytes.data() + length);
        const int got = ::ioctl(fd, FS_IOC_READ_VERITY_METADATA, &asked);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && is_refusal(errno)) return std::optional<std::string>();
        if (got < 0) return fail(system_error("FS_IOC_READ_VERITY_METADATA " + printable(path)));
        if (got == 0) break;
        length += std::min(static_cast<std::size_t>(got), bytes.size() - length);
    }
    bytes.resize(length);
    return length > 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

bool is_in_state(int fd, const Attributes& now) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return false;
    const auto is = file_state(status);
    return is.device == now.id.device && is.inode == now.id.inode && is.size == now.size && is.ctime == now.ctime;
}

}  // namespace

Result<std::optional<Sealed>> read_sealed(const std::string& path, const Attributes& now) {
    const auto place = open_nofollow(path, 0);
    if (!place || !is_in_state(place->get(), now)) return std::optional<Sealed>();
    const Fd file(::open(fmt::format("/proc/self/fd/{}", place->get()).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return fail(system_error("open " + printable(path)));
    alignas(fsverity_digest) std::array<char, sizeof(fsverity_digest) + kMostDigest> answer{};
    auto* const measured = reinterpret_cast<fsverity_digest*>(answer.data());
    measured->digest_size = kMostDigest;
    if (::ioctl(file.get(), FS_IOC_MEASURE_VERITY, measured) != 0) {
        if (is_refusal(errno)) return std::optional<Sealed>();
        return fail(system_error("FS_IOC_MEASURE_VERITY " + printable(path)));
    }
    auto signature = read_signature(file.get(), path);
    if (!signature) return fail(signature.error());
    if (!*signature || !is_in_state(file.get(), now)) return std::optional<Sealed>();
    const auto size = std::min<std::size_t>(measured->digest_size, kMostDigest);
    return Sealed{measured->digest_algorithm, {answer.data() + sizeof(fsverity_digest), size}, std::move(**signature)};
}

}  // namespace touchstone::verity
