#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "text.hpp"
#include "touchstone/baseline.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/doctor.hpp"
#include "touchstone/fd.hpp"
#include "touchstone/providers.hpp"

namespace touchstone {
namespace {

using Level = Diagnosis::Level;

std::string newest_changed_after(const std::vector<std::string>& files, WallTime time) {
    for (const auto& file : files) {
        struct stat stat {};
        if (::stat(file.c_str(), &stat) != 0) continue;
        const WallTime changed{std::chrono::seconds(stat.st_mtim.tv_sec) + Nanoseconds(stat.st_mtim.tv_nsec)};
        if (changed > time) return file;
    }
    return {};
}

Diagnosis baseline_is_current(const LoadedConfig& loaded, const BaselineInfo& info) {
    if (info.digest != loaded.config.baseline.digest)
        return {Level::warn, "baseline", fmt::format("is by {}, the configuration says {}", config_name(info.digest), config_name(loaded.config.baseline.digest)),
                "touchstone baseline build"};
    const std::string newer = newest_changed_after(loaded.files, info.built_at);
    if (!newer.empty())
        return {Level::warn, "baseline", fmt::format("is older than {}: what that has added to the watch is not in it", newer),
                "touchstone check, and then touchstone baseline accept or build"};
    return {Level::ok, "baseline", fmt::format("{}, built {} by {}", cli::counted(info.objects, "object"), cli::time_text(info.built_at), info.built_by), ""};
}

std::vector<Diagnosis> baseline(const LoadedConfig& loaded) {
    auto reader = BaselineReader::open(loaded.config.baseline.path);
    if (!reader && reader.error().code == ENOENT)
        return {{Level::fail, "baseline", "there is none at " + loaded.config.baseline.path, "touchstone baseline build"}};
    if (!reader && reader.error().kind == ErrorKind::no_permission)
        return {{Level::fail, "baseline", reader.error().what, "run as root, or grant CAP_DAC_READ_SEARCH"}};
    if (!reader) return {{Level::fail, "baseline", reader.error().what, "restore it from a copy, or: touchstone baseline build"}};
    std::vector<Diagnosis> out{baseline_is_current(loaded, reader->info())};
    if (auto whole = reader->verify(); !whole)
        out.push_back({Level::fail, "baseline content", whole.error().what, "restore it from a copy, or: touchstone baseline build"});
    else
        out.push_back({Level::ok, "baseline content", "is whole: " + reader->info().id, ""});
    return out;
}

// The directory, or the nearest parent where it would be made.
Diagnosis writable_directory(const std::string& subject, std::string directory, const char* consequence) {
    struct stat unused {};
    const std::string wanted = directory;
    while (directory != "/" && ::stat(directory.c_str(), &unused) != 0 && (errno == ENOENT || errno == ENOTDIR)) directory = std::string(split_path(directory).directory);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return {Level::fail, subject, fmt::format("{} cannot be written: {}; {}", directory, cli::error_text(errno), consequence), "run as root, or make it writable for the watch"};
    if (directory != wanted) return {Level::ok, subject, wanted + " does not exist and will be made", ""};
    return {Level::ok, subject, wanted + " can be written", ""};
}

Diagnosis journald(const Config& config) {
    if (!config.journald.enabled) return {Level::ok, "journald", "is not asked for", ""};
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, "/run/systemd/journal/socket", sizeof address.sun_path - 1);
    if (socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {Level::ok, "journald", "listens", ""};
    return {Level::warn, "journald", "cannot be reached: " + cli::error_text(errno), "start systemd-journald, or set [output.journald] enabled = false"};
}

Diagnosis json_log(const Config& config) {
    if (!config.json.enabled) return {Level::ok, "JSON log", "is not asked for", ""};
    if (config.json.path == "-") return {Level::ok, "JSON log", "goes to standard output", ""};
    return writable_directory("JSON log", std::string(split_path(config.json.path).directory), "events will wait in the state");
}

Diagnosis any_output(const Config& config) {
    if (config.json.enabled || config.journald.enabled) return {Level::ok, "outputs", "are configured", ""};
    return {Level::fail, "outputs", "there is none: findings go nowhere", "enable [output.json] or [output.journald]"};
}

// The libraries of these can be left out of a build.
std::vector<Diagnosis> missing_providers(const LoadedConfig& loaded) {
    std::vector<Diagnosis> out;
    const auto& built_in = provider_names();
    for (const std::string name : {"rpm", "ostree", "selinux"}) {
        const auto configured = [&](const auto& origin) { return origin.first.starts_with("providers." + name + ".") && origin.second != "default"; };
        if (std::find(built_in.begin(), built_in.end(), name) == built_in.end() && std::any_of(loaded.origins.begin(), loaded.origins.end(), configured))
            out.push_back({Level::warn, "provider " + name, "is configured, and this program was built without it: it authorizes nothing",
                           fmt::format("take [providers.{}] out, or build with it (see README)", name)});
    }
    return out;
}

}  // namespace

std::vector<Diagnosis> examine_installation(const LoadedConfig& loaded) {
    std::vector<Diagnosis> out = baseline(loaded);
    out.push_back(writable_directory("state", loaded.config.state.path, "nothing can be remembered between runs"));
    out.push_back(any_output(loaded.config));
    out.push_back(json_log(loaded.config));
    out.push_back(journald(loaded.config));
    for (auto& missing : missing_providers(loaded)) out.push_back(std::move(missing));
    return out;
}

}  // namespace touchstone
