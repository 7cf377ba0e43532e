#include "deployments.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "library.hpp"

namespace touchstone::ostree {
namespace {

constexpr std::size_t kCommit = 64;
constexpr Nanoseconds kFinishing = std::chrono::seconds(10);  // what ostree still links once a deployment's origin is written: the kernel, into /boot

// "demo/deploy/COMMIT.0/usr/bin/x", below SYSROOT/ostree/deploy.
std::optional<Whereabouts> parse(const std::string& deploy, std::string_view rest) {
    const auto os = rest.substr(0, rest.find('/'));
    constexpr std::string_view kDeploy = "/deploy/";
    rest.remove_prefix(os.size());
    if (os.empty() || !rest.starts_with(kDeploy)) return std::nullopt;
    rest.remove_prefix(kDeploy.size());
    const auto name = rest.substr(0, rest.find('/'));
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.size() < kCommit + 2 || name[kCommit] != '.' || !std::all_of(name.begin(), name.begin() + kCommit, is_hex) ||
        !std::all_of(name.begin() + kCommit + 1, name.end(), is_digit))
        return std::nullopt;
    rest.remove_prefix(name.size());
    const auto directory = deploy + "/" + std::string(os) + std::string(kDeploy) + std::string(name);
    return Whereabouts{{std::string(os), directory, std::string(name.substr(0, kCommit)), ""}, std::string(rest)};
}

std::string remote_of(GKeyFile* origin) {
    const Owned<char> refspec(g_key_file_get_string(origin, "origin", "refspec", nullptr));
    char* remote = nullptr;
    if (!refspec || ostree_parse_refspec(refspec.get(), &remote, nullptr, nullptr) == FALSE) return {};
    const Owned<char> owned(remote);
    return remote != nullptr ? remote : "";
}

std::string remote_at(const std::string& directory) {
    const Owned<GKeyFile> origin(g_key_file_new());
    return g_key_file_load_from_file(origin.get(), (directory + ".origin").c_str(), G_KEY_FILE_NONE, nullptr) != FALSE ? remote_of(origin.get()) : "";
}

// nullopt: this host was not booted into one.
Result<std::optional<Deployment>> booted_now() {
    const Owned<OstreeSysroot> sysroot(ostree_sysroot_new_default());
    Told told;
    if (ostree_sysroot_load(sysroot.get(), nullptr, told) == FALSE)
        return fail(Error{"find the booted deployment of OSTree: " + told.text() + " (nothing below /usr and /etc is authorized by it; `ostree admin status` says more)", ErrorKind::corrupt, 0});
    auto* const booted = ostree_sysroot_get_booted_deployment(sysroot.get());
    if (booted == nullptr) return std::optional<Deployment>();
    const Owned<char> directory(ostree_sysroot_get_deployment_dirpath(sysroot.get(), booted));
    const auto path = "/" + std::string(directory.get());
    return std::optional(Deployment{ostree_deployment_get_osname(booted), path, ostree_deployment_get_csum(booted), remote_at(path)});
}

}  // namespace

Result<Deployments> Deployments::open(std::string sysroot) {
    auto booted = sysroot.empty() ? booted_now() : std::optional<Deployment>();
    if (!booted) return fail(booted.error());
    return Deployments(std::move(sysroot), std::move(*booted));
}

std::optional<Whereabouts> Deployments::of(const std::string& path) const {
    const auto deploy = sysroot_ + "/ostree/deploy";
    std::string_view inside = path;
    if (constexpr std::string_view kMounted = "/sysroot"; sysroot_.empty() && inside.starts_with(kMounted)) inside.remove_prefix(kMounted.size());
    if (inside.starts_with(deploy + "/")) {
        auto found = parse(deploy, inside.substr(deploy.size() + 1));
        if (found) found->deployment.remote = remote_at(found->deployment.directory);
        return found;
    }
    if (booted_ && (is_within(path, "/usr") || is_within(path, "/etc"))) return Whereabouts{*booted_, path};
    return std::nullopt;
}

std::vector<Deployment> Deployments::all() const {
    std::vector<Deployment> found;
    std::error_code ignored;
    const auto deploy = sysroot_ + "/ostree/deploy";
    for (const auto& os : std::filesystem::directory_iterator(deploy, ignored))
        for (const auto& each : std::filesystem::directory_iterator(os.path() / "deploy", ignored))
            if (auto one = parse(deploy, each.path().string().substr(deploy.size() + 1)); one && each.is_directory(ignored)) found.push_back(std::move(one->deployment));
    return found;
}

std::vector<Deployment> Deployments::with(const std::string& commit) const {
    auto found = all();
    std::erase_if(found, [&](const Deployment& each) { return each.commit != commit; });
    return found;
}

std::optional<Deployment> Deployments::made_since(WallTime at) const {
    std::optional<Deployment> last;
    auto last_made = at - kFinishing;
    for (auto& each : all()) {
        const auto when = made(each).value_or(WallTime::max());
        if (when < last_made) continue;
        last_made = when;
        last = std::move(each);
    }
    return last;
}

std::optional<WallTime> Deployments::made(const Deployment& deployment) {
    struct stat status {};
    if (::stat((deployment.directory + ".origin").c_str(), &status) != 0) return std::nullopt;
    return WallTime(std::chrono::seconds(status.st_mtim.tv_sec) + Nanoseconds(status.st_mtim.tv_nsec));
}

}  // namespace touchstone::ostree
