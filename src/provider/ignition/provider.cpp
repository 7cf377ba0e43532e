#include "provider.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "../file_state.hpp"
#include "configuration.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace ignition {
namespace {

constexpr std::size_t kMostText = 16 << 20;  // bytes of a configuration

// Nothing signs it: whoever could write it could have anything authorized.
bool writable_by_others(const struct stat& status) { return (status.st_uid != 0 && status.st_uid != ::geteuid()) || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0; }

// One configuration, read again when it changes. What was wrong with it is said until it changes.
class Source {
public:
    explicit Source(std::string path) : path_(std::move(path)) {}
    const std::string& path() const { return path_; }

    // `now`: as Question::now.looked_at.
    Result<const Configuration*> current(std::optional<WallTime> now) {
        if (!configuration_ || !settled_ || file_state(path_) != read_in_) {
            configuration_ = read();
            settled_ = now && read_in_.there && read_in_.settled(*now);
        }
        if (!*configuration_) return fail(configuration_->error());
        return &**configuration_;
    }

private:
    Result<Configuration> read() {
        read_in_ = {};
        const auto refused = [&](std::string why) { return fail(Error{printable(path_) + ": " + std::move(why), ErrorKind::bad_input, 0}); };
        auto file = read_file(path_, kMostText);
        if (!file) return fail(file.error());
        read_in_ = file_state(file->status);
        struct stat directory {};
        if (::stat(std::string(split_path(path_).directory).c_str(), &directory) != 0) return fail(system_error("stat the directory of " + printable(path_)));
        if (writable_by_others(file->status) || writable_by_others(directory))
            return refused("others than root may write it or its directory, so nothing is authorized by it (chown root, chmod go-w)");
        auto parsed = parse_configuration(file->content);
        if (!parsed) return refused(parsed.error().what);
        return std::move(*parsed);
    }

    std::string path_;
    FileState read_in_;
    bool settled_ = false;
    std::optional<Result<Configuration>> configuration_;
};

class IgnitionProvider final : public Provider {
public:
    explicit IgnitionProvider(std::vector<Source> sources) : sources_(std::move(sources)) {}
    std::string_view name() const override { return "ignition"; }

    // The first that says that it is as it should be is enough. What is wrong with one does not silence the others.
    Status ask(const Question& question, std::vector<Claim>& claims) override {
        Status wrong;
        std::optional<Claim> contradiction;
        for (auto& source : sources_) {
            auto said = hold(source, question);
            if (!said) {
                wrong = fail(said.error());
            } else if (*said && (*said)->word == Claim::Word::vouches) {
                claims.push_back(std::move(**said));
                return wrong;
            } else if (*said && !contradiction) {
                contradiction = std::move(**said);
            }
        }
        if (contradiction) claims.push_back(std::move(*contradiction));
        return wrong;
    }

    std::uint64_t version() override {
        std::uint64_t mixed = 0;
        for (const auto& source : sources_) mixed = file_state(source.path()).mixed_into(mixed);
        return mixed;
    }

private:
    Result<std::optional<Claim>> hold(Source& source, const Question& question) {
        const auto configuration = source.current(question.now.looked_at);
        if (!configuration) return fail(configuration.error());
        const auto at = (*configuration)->entries.find(question.path);
        if (at == (*configuration)->entries.end() || question.now.unreadable() != nullptr) return std::optional<Claim>();
        auto stated = at->second.stated;
        if (!stated.uid) stated.uid = accounts_.uid_of(at->second.user);
        if (!stated.gid) stated.gid = accounts_.gid_of(at->second.group);
        const auto& name = (*configuration)->name;
        Claim claim{Claim::Word::contradicts, {"ignition", name.empty() ? source.path() : fmt::format("{} ({})", name, source.path()), "", "it is gone", false, ""}, {}};
        if (question.now.absent()) return claim;
        const auto compared = compare(stated, question);
        if (!compared) return fail(compared.error());
        if (!*compared) return std::optional<Claim>();
        const auto& comparison = **compared;
        claim.evidence.reason = comparison.differs.empty() ? comparison.content_differs : comparison.differs;
        if (!comparison.same()) return claim;
        claim.word = Claim::Word::vouches;
        claim.evidence.reason = covered_text(comparison.covers) + " as configured";
        claim.covers = comparison.covers;
        return claim;
    }

    std::vector<Source> sources_;
    Accounts accounts_{""};
};

}  // namespace
}  // namespace ignition

Result<std::unique_ptr<Provider>> open_ignition(const std::vector<std::string>& configs) {
    std::vector<ignition::Source> sources;
    for (const auto& path : configs) {
        sources.emplace_back(path);
        if (const auto read = sources.back().current(std::nullopt); !read) return fail(read.error());
    }
    if (sources.empty()) return std::unique_ptr<Provider>();
    return std::make_unique<ignition::IgnitionProvider>(std::move(sources));
}

}  // namespace touchstone
