#include "provider.hpp"

#include <fmt/format.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <sys/stat.h>

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "../file_state.hpp"
#include "../shared_by.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace selinux_policy {
namespace {

constexpr std::size_t kMaxConfig = 1 << 20;
constexpr std::string_view kXattr = "security.selinux";
// What libselinux reads with file_contexts, and the policy's name is looked up in.
constexpr std::array kFiles{"", ".bin", ".local", ".homedirs", ".subs", ".subs_dist"};

struct Close {
    void operator()(selabel_handle* handle) const { ::selabel_close(handle); }
};
using Handle = std::unique_ptr<selabel_handle, Close>;

mode_t type_bits(FileType type) {
    switch (type) {
        case FileType::directory: return S_IFDIR;
        case FileType::symlink: return S_IFLNK;
        case FileType::character_device: return S_IFCHR;
        case FileType::block_device: return S_IFBLK;
        case FileType::fifo: return S_IFIFO;
        case FileType::socket: return S_IFSOCK;
        default: return S_IFREG;
    }
}

// Role, type and level: the user is that of whoever made the object, and restorecon(8) leaves it alone as well.
std::string_view without_user(std::string_view label) {
    while (label.ends_with('\0')) label.remove_suffix(1);
    const auto colon = label.find(':');
    return colon == std::string_view::npos ? std::string_view() : label.substr(colon + 1);
}

// "SELINUXTYPE=targeted"; "" when SELinux is off, or it is not said.
std::string policy_in(std::string_view config) {
    std::string type;
    while (!config.empty()) {
        auto line = config.substr(0, config.find('\n'));
        config.remove_prefix(std::min(line.size() + 1, config.size()));
        while (line.ends_with(' ') || line.ends_with('\t') || line.ends_with('\r')) line.remove_suffix(1);
        constexpr std::string_view kType = "SELINUXTYPE=";
        if (line == "SELINUX=disabled") return {};
        if (line.starts_with(kType)) type = line.substr(kType.size());
    }
    return type.find('/') == std::string::npos && !type.starts_with('.') ? type : std::string();
}

std::vector<FileState> states_of(const std::string& contexts) {
    std::vector<FileState> states;
    for (const auto* end : kFiles) states.push_back(file_state(contexts + end));
    return states;
}

// Thread-safe. A policy's contexts take some megabytes, so all threads have the same.
class Contexts {
public:
    explicit Contexts(std::string file) : file_(std::move(file)) {}

    // "" when the policy has none for it.
    Result<std::string> label(const std::string& path, mode_t mode) {
        const std::lock_guard lock(mutex_);
        if (auto read = refresh(); !read) return fail(read.error());
        char* found = nullptr;
        if (::selabel_lookup_raw(handle_.get(), &found, path.c_str(), static_cast<int>(mode)) != 0)
            return errno == ENOENT ? Result<std::string>("") : fail(system_error("look up the label of " + printable(path)));
        const std::unique_ptr<char, decltype(&::freecon)> label(found, ::freecon);
        return std::string(label.get());
    }
    Status read() {
        const std::lock_guard lock(mutex_);
        return refresh();
    }
    std::uint64_t version() const {
        std::uint64_t mixed = 0;
        for (const auto& state : states_of(file_)) mixed = state.mixed_into(mixed);
        return mixed;
    }

private:
    Status refresh() {
        auto states = states_of(file_);
        if (handle_ && states == read_in_) return {};
        const selinux_opt option{SELABEL_OPT_PATH, file_.c_str()};
        handle_.reset(::selabel_open(SELABEL_CTX_FILE, &option, 1));
        if (!handle_) return fail(system_error("read " + printable(file_)));
        read_in_ = std::move(states);
        return {};
    }

    const std::string file_;
    std::mutex mutex_;  // what follows
    Handle handle_;
    std::vector<FileState> read_in_;
};

class SelinuxProvider final : public Provider {
public:
    SelinuxProvider(std::string root, std::string policy, std::shared_ptr<Contexts> contexts)
        : root_(std::move(root)), policy_(std::move(policy)), contexts_(std::move(contexts)) {}

    std::string_view name() const override { return "selinux"; }
    std::uint64_t version() override { return contexts_->version(); }

    Status ask(const Question& question, std::vector<Claim>& claims) override {
        const auto* now = question.now.attributes();
        if (now == nullptr || !is_within(question.path, root_.empty() ? "/" : root_)) return {};
        const auto label = now->xattrs.find(std::string(kXattr));
        if (label == now->xattrs.end()) return {};
        const auto should = contexts_->label(question.path.substr(root_.size()), type_bits(now->type) | now->mode);
        if (!should) return fail(should.error());
        if (without_user(*should).empty() || without_user(*should) != without_user(label->second)) return {};
        Claim claim;
        claim.evidence = {"selinux", "policy " + printable(policy_), "", "the label is the one that the policy has for this path", false, ""};
        claim.covers = {"xattr." + std::string(kXattr)};
        claim.only_beside_others = true;
        claims.push_back(std::move(claim));
        return {};
    }

private:
    std::string root_;  // without a slash at its end
    std::string policy_;
    std::shared_ptr<Contexts> contexts_;
};

// Otherwise libselinux writes to standard error.
int say_nothing(int, const char*, ...) { return 0; }

}  // namespace
}  // namespace selinux_policy

Result<std::unique_ptr<Provider>> open_selinux(const std::string& root) {
    using namespace selinux_policy;
    static const bool quiet = [] {
        selinux_callback callback{};
        callback.func_log = say_nothing;
        ::selinux_set_callback(SELINUX_CB_LOG, callback);
        return true;
    }();
    static_cast<void>(quiet);
    const auto bare = root == "/" ? std::string() : root;
    const auto config = read_file(bare + "/etc/selinux/config", kMaxConfig);
    if (!config && config.error().code == ENOENT) return std::unique_ptr<Provider>();
    if (!config) return fail(config.error());
    const auto policy = policy_in(config->content);
    const auto contexts = bare + "/etc/selinux/" + policy + "/contexts/files/file_contexts";
    if (policy.empty() || !file_state(contexts).there) return std::unique_ptr<Provider>();
    auto shared = shared_by<Contexts>(contexts);
    if (auto read = shared->read(); !read) return fail(read.error());
    return std::unique_ptr<Provider>(std::make_unique<SelinuxProvider>(bare, policy, std::move(shared)));
}

}  // namespace touchstone
