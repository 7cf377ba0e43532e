#include <fmt/format.h>

#include <filesystem>

#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"
#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

using approval::refuse;
using Kind = ApprovedState::Kind;

Result<Kind> kind_of(const std::string& path, FileType type) {
    switch (type) {
        case FileType::regular: return Kind::file;
        case FileType::directory: return Kind::directory;
        case FileType::symlink: return Kind::symlink;
        default: return refuse(fmt::format("{}: a {} cannot be approved", printable(path), name_of(type)));
    }
}

// One look for each digest; all must be of one state.
Result<ApprovedState> state_of(const std::string& path, std::vector<Observer>& observers, const std::vector<DigestAlgorithm>& digests) {
    ApprovedState state;
    std::optional<Attributes> first;
    for (std::size_t i = 0; i < observers.size(); ++i) {
        const auto seen = observers[i].look(path, {}, {});
        if (const auto* refused = seen.unreadable())
            return fail(system_error(fmt::format("{} {}", refused->attempted, printable(path)), refused->error));
        const auto* is = seen.attributes();
        if (is == nullptr) return refuse(fmt::format("{}: gone while it was looked at", printable(path)));
        if (first && (first->id != is->id || first->ctime != is->ctime))
            return refuse(fmt::format("{}: changed while it was looked at", printable(path)));
        first = *is;
        const auto kind = kind_of(path, is->type);
        if (!kind) return fail(kind.error());
        state.kind = *kind;
        if (*kind != Kind::symlink) state.mode = is->mode;
        state.link_target = is->link_target;
        if (*kind == Kind::file) state.digests[digests[i]] = is->digest;
    }
    return state;
}

}  // namespace

Result<Listing> list_directory(const std::string& directory, const std::string& root, const std::vector<DigestAlgorithm>& digests) {
    namespace fs = std::filesystem;
    std::vector<Observer> observers;
    for (const auto algorithm : digests) {
        auto observer = Observer::make(algorithm);
        if (!observer) return fail(observer.error());
        observers.push_back(std::move(*observer));
    }
    std::error_code error;
    const auto attempted = [&] { return fmt::format("list {}", printable(directory)); };
    const std::string top = fs::canonical(directory, error).string();
    if (error) return fail(system_error(attempted(), error.value()));
    Listing out;
    fs::recursive_directory_iterator at(top, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const std::string path = at->path().string();
        if (out.size() >= kMaxApprovedChanges) return refuse(fmt::format("{} holds more than {} objects", printable(directory), kMaxApprovedChanges));
        auto state = state_of(path, observers, digests);
        if (!state) return fail(state.error());
        const auto placed = place(root, std::string_view(path).substr(top == "/" ? 1 : top.size() + 1));
        if (!placed) return fail(placed.error());
        out.emplace(*placed, std::move(*state));
    }
    if (error) return fail(system_error(attempted(), error.value()));
    return out;
}

}  // namespace touchstone
