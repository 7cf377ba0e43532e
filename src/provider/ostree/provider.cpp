#include "provider.hpp"

#include <fmt/format.h>

#include <set>

#include "../file_state.hpp"
#include "checksum.hpp"
#include "commit.hpp"
#include "deployments.hpp"
#include "links.hpp"

namespace touchstone {
namespace ostree {
namespace {

const std::string kPrefix = "ostree-";

// In which way the object is what the checksum says; nullopt: in none.
Result<std::optional<Xattrs>> sameness(const Place& place, const Question& question, const Attributes& now) {
    const bool files = now.type == FileType::regular || now.type == FileType::symlink;
    if (place.directory != (now.type == FileType::directory) || (!place.directory && !files)) return std::optional<Xattrs>();
    if (place.directory) {
        for (const auto which : {Xattrs::all, Xattrs::all_but_label})
            if (directory_checksum(now, which) == place.checksum) return std::optional(which);
        return std::optional<Xattrs>();
    }
    auto all = begin_file_checksum(now, Xattrs::all), unlabelled = begin_file_checksum(now, Xattrs::all_but_label);
    if (!all || !unlabelled) return fail(all ? unlabelled.error() : all.error());
    if (now.type == FileType::regular) {
        if (!question.read) return std::optional<Xattrs>();
        const auto read = question.read([&](std::string_view piece) {
            all->update(piece);
            unlabelled->update(piece);
        });
        if (!read) return fail(read.error());
    }
    if (all->finish() == place.checksum) return std::optional(Xattrs::all);
    if (unlabelled->finish() == place.checksum) return std::optional(Xattrs::all_but_label);
    return std::optional<Xattrs>();
}

// The checksum is of all of these at once, but for the links.
std::vector<std::string> covered(Xattrs which, const Links& links, const Question& question, const Attributes& now) {
    std::vector<std::string> covers{"type", "mode", "uid", "gid", "content", "link_target"};
    if (links.accounted) covers.emplace_back("link_count");
    if (which == Xattrs::all) {
        covers.emplace_back("xattr.*");
        return covers;
    }
    std::set<std::string> names;
    for (const auto& [name, value] : now.xattrs) names.insert(name);
    const auto* known = question.known ? question.known() : nullptr;
    if (const auto* before = known != nullptr ? known->seen() : nullptr)
        for (const auto& [name, value] : before->xattrs) names.insert(name);
    names.erase("security.selinux");
    for (const auto& name : names) covers.push_back("xattr." + name);
    return covers;
}

class OstreeProvider final : public Provider {
public:
    OstreeProvider(const std::string& sysroot, std::unique_ptr<Repository> repository, Deployments deployments)
        : repository_(std::move(repository)), deployments_(std::move(deployments)), deploy_(sysroot + "/ostree/deploy") {}
    std::string_view name() const override { return "ostree"; }

    Status ask(const Question& question, std::vector<Claim>& claims) override {
        const auto where = deployments_.of(question.path);
        if (!where || question.now.unreadable() != nullptr) return {};
        const bool local = is_within(where->path, "/etc");  // begun as the commit's /usr/etc, and then the administrator's
        const bool known = local || is_within(where->path, "/usr");
        if (!known) return {};
        if (question.now.absent() && deployments_.with(where->deployment.commit).empty()) return removed(where->deployment, claims);
        const auto place = repository_->find(where->deployment.commit, local ? "/usr" + where->path : where->path);
        if (!place) return fail(place.error());
        auto evidence = evidence_of(where->deployment);
        if (!evidence) return fail(evidence.error());
        const auto say = [&](Claim::Word word, std::string reason, std::vector<std::string> covers) {
            evidence->reason = std::move(reason) + evidence->reason;
            claims.push_back({word, std::move(*evidence), std::move(covers)});
            return Status();
        };
        const auto* now = question.now.attributes();
        if (now == nullptr) {
            if (local) return {};
            return *place ? say(Claim::Word::contradicts, "it is gone", {}) : say(Claim::Word::vouches, "the commit does not have it", {"*"});
        }
        if (!*place) return local ? Status() : say(Claim::Word::contradicts, "the commit does not have it", {});
        const auto same = sameness(**place, question, *now);
        if (!same && same.error().code == EBUSY) return {};
        if (!same) return fail(same.error());
        if (*same) {
            const auto links = links_of(question, *now, repository_->file_of((*place)->checksum), deployments_);
            if (links.changed) evidence->transaction = links.by ? kPrefix + links.by->commit : "";
            return say(Claim::Word::vouches, "content and attributes as in the commit", covered(**same, links, question, *now));
        }
        return local ? Status() : say(Claim::Word::contradicts, "content or attributes are not those of the commit", {});
    }

    Result<std::optional<Transaction>> transaction(const std::string& id) override {
        if (!id.starts_with(kPrefix)) return std::nullopt;
        const auto commit = id.substr(kPrefix.size());
        const auto deployed = deployments_.with(commit);
        if (deployed.empty()) return std::nullopt;
        const auto about = repository_->about(commit, deployed.front().remote);
        if (!about) return fail(about.error());
        const auto made = Deployments::made(deployed.front());
        const auto version = about->version.empty() ? "" : fmt::format(" (version {})", about->version);
        return Transaction{id, "ostree", fmt::format("deployment of {}: commit {}{}", deployed.front().os, commit, version), made.value_or(WallTime{}), made, {commit}};
    }

    std::uint64_t version() override {
        std::uint64_t mixed = file_state(deploy_).mixed_into(0);
        return file_state(deploy_ + "/../lock").mixed_into(mixed);
    }

private:
    Result<Evidence> evidence_of(const Deployment& deployment) {
        const auto about = repository_->about(deployment.commit, deployment.remote);
        if (!about) return fail(about.error());
        auto why = about->why_unsigned.empty() ? std::string() : "; " + about->why_unsigned;
        return Evidence{"ostree", "commit " + deployment.commit + (about->version.empty() ? "" : " (" + about->version + ")"), about->signer,
                        about->signer.empty() ? std::move(why) : "", about->signer.empty(), kPrefix + deployment.commit};
    }

    static Status removed(const Deployment& deployment, std::vector<Claim>& claims) {
        claims.push_back({Claim::Word::explains, {"ostree", "commit " + deployment.commit, "", "its deployment was removed as a whole", true, ""}, {"*"}});
        return {};
    }

    std::unique_ptr<Repository> repository_;
    Deployments deployments_;
    std::string deploy_;
};

}  // namespace
}  // namespace ostree

Result<std::unique_ptr<Provider>> open_ostree(const std::string& sysroot) {
    const auto bare = sysroot == "/" ? std::string() : sysroot;
    auto repository = ostree::Repository::open(bare + "/ostree/repo");
    if (!repository) return fail(repository.error());
    if (!*repository) return std::unique_ptr<Provider>();
    auto deployments = ostree::Deployments::open(bare);
    if (!deployments) return fail(deployments.error());
    return std::make_unique<ostree::OstreeProvider>(bare, std::move(*repository), std::move(*deployments));
}

}  // namespace touchstone
