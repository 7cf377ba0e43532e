#include "provider.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "../stated.hpp"
#include "database.hpp"
#include "explanation.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace rpm {
namespace {

constexpr std::string_view kName = "rpm";
constexpr std::string_view kTransaction = "rpm-";
constexpr std::size_t kMostNamed = 10;  // packages in the text of a transaction
constexpr std::string_view kNew = ".rpmnew";

// Where the root's top-level directories are links into /usr, packages may still name what is below them by the old name.
std::vector<std::string> names_of(const std::string& root, const std::string& path) {
    std::vector<std::string> names{path};
    constexpr std::string_view kUsr = "/usr/";
    if (!path.starts_with(kUsr)) return names;
    const auto top = path.substr(kUsr.size(), path.find('/', kUsr.size()) - kUsr.size());
    std::array<char, 64> target{};
    const auto length = ::readlink((root + "/" + top).c_str(), target.data(), target.size());
    const std::string_view link(target.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    if (link == "usr/" + top || link == "/usr/" + top) names.push_back(path.substr(kUsr.size() - 1));
    return names;
}

// What the packages say, gathered: one that it is as it should be is enough, for a path may have several owners.
class Saying {
public:
    Saying(const Question& question, std::vector<Claim>& claims) : question_(question), claims_(claims) {}

    Status hold(const File& file, const char* whose) {
        if (file.ghost) return {};
        const auto compared = compare(file.stated, question_);
        if (!compared) return fail(compared.error());
        if (!*compared) return {};
        const auto& comparison = **compared;
        known_ |= comparison.same();
        if (comparison.same() || (file.config && comparison.differs.empty())) {
            claims_.push_back({Claim::Word::vouches, evidence_of(*file.package, covered_text(comparison.covers) + " as " + whose), comparison.covers});
            vouched_ = true;
        } else if (!contradiction_) {
            contradiction_ = {Claim::Word::contradicts, evidence_of(*file.package, comparison.differs.empty() ? comparison.content_differs : comparison.differs), {}};
        }
        return {};
    }

    void absent(const Answer& answer) {
        if (answer.gone && answer.successor && answer.files.empty()) {
            const auto reason = fmt::format("{} had it, and has not any more", answer.gone->label);
            claims_.push_back({Claim::Word::vouches, evidence_of(*answer.successor, reason), {"*"}});
            known_ = true;
        }
        // Of one that may be gone nothing is said; but when it goes with its package, rpm takes it while the package is still in its database.
        for (const auto& file : answer.files)
            if (!file.may_be_gone) contradiction_ = {Claim::Word::contradicts, evidence_of(*file.package, "it is gone"), {}};
    }

    // While rpm is at work its database is behind the files.
    void finish(bool busy) {
        if (busy && !known_)
            claims_.push_back({Claim::Word::awaited, {std::string(kName), "transaction", "", "rpm is in the middle of a transaction", false, ""}, {}});
        else if (!vouched_ && contradiction_)
            claims_.push_back(std::move(*contradiction_));
    }

private:
    const Question& question_;
    std::vector<Claim>& claims_;
    bool known_ = false;    // it stands as some package says
    bool vouched_ = false;
    std::optional<Claim> contradiction_;
};

std::string transaction_text(const std::vector<PackageRef>& packages) {
    const auto upgraded = std::count_if(packages.begin(), packages.end(), [](const auto& package) { return !package->replaced.empty(); });
    const char* what = upgraded == 0 ? "installation" : upgraded == static_cast<long>(packages.size()) ? "upgrade" : "upgrade and installation";
    auto text = fmt::format("{} of {} package{}: ", what, packages.size(), packages.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < packages.size() && i < kMostNamed; ++i) {
        const auto& package = *packages[i];
        text += fmt::format("{}{} {}{}", i == 0 ? "" : ", ", package.name, package.replaced.empty() ? "" : package.replaced + " -> ", package.version);
    }
    return packages.size() > kMostNamed ? text + ", ..." : text;
}

class RpmProvider final : public Provider {
public:
    RpmProvider(std::string root, std::shared_ptr<Database> database) : root_(std::move(root)), database_(std::move(database)) {}
    std::string_view name() const override { return kName; }

    Status ask(const Question& question, std::vector<Claim>& claims) override {
        if (question.now.unreadable() != nullptr || !is_within(question.path, root_.empty() ? "/" : root_)) return {};
        Saying saying(question, claims);
        Answer answer;
        for (const auto& path : names_of(root_, question.path.substr(root_.size()))) {
            auto said = database_->ask(path, question.now.looked_at);
            if (!said) return fail(said.error());
            answer = std::move(*said);
            if (!answer.files.empty() || !answer.saved.empty() || answer.gone) break;
        }
        if (question.now.absent()) saying.absent(answer);
        for (const auto& file : answer.files)
            if (auto held = saying.hold(file, "in the package"); !held) return held;
        for (const auto& file : answer.saved)
            if (auto held = file.noreplace && question.path.ends_with(kNew) ? saying.hold(file, "in the package, beside a changed configuration file") : Status{}; !held)
                return held;
        if (!question.path.ends_with(kNew)) explain_saved(question, answer, saved_from(question.path), claims);
        if (auto done = explain_by_writers(question, question.path.substr(root_.size()), answer, *database_, claims); !done) return done;
        saying.finish(answer.busy);
        return {};
    }

    std::uint64_t version() override { return database_->version(); }

    Result<std::optional<Transaction>> transaction(const std::string& id) override {
        std::uint32_t begun = 0;
        if (!id.starts_with(kTransaction)) return std::nullopt;
        const auto [end, error] = std::from_chars(id.data() + kTransaction.size(), id.data() + id.size(), begun);
        if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
        const auto group = database_->transaction(begun);
        if (!group) return fail(group.error());
        if (group->packages.empty()) return std::nullopt;
        Transaction made{id, std::string(kName), transaction_text(group->packages), WallTime(std::chrono::seconds(begun)), {}, {}};
        std::uint32_t last = begun;
        for (const auto& package : group->packages) {
            last = std::max(last, package->installed);
            made.items.push_back(package->label);
        }
        if (!group->busy) made.ended = WallTime(std::chrono::seconds(last));
        return made;
    }

private:
    std::string root_;  // without a slash at its end
    std::shared_ptr<Database> database_;
};

}  // namespace

Evidence evidence_of(const Package& package, std::string reason) {
    return {std::string(kName), package.label, package.signer, std::move(reason), false, fmt::format("{}{}", kTransaction, package.transaction)};
}

Evidence evidence_of_removed(const Package& package, std::string reason) { return {std::string(kName), package.label, "", std::move(reason), true, ""}; }

}  // namespace rpm

Result<std::unique_ptr<Provider>> open_rpm(const std::string& root) {
    auto database = rpm::Database::open(root);
    if (!database) return fail(database.error());
    if (!*database) return std::unique_ptr<Provider>();
    return std::make_unique<rpm::RpmProvider>(root == "/" ? "" : root, std::move(*database));
}

}  // namespace touchstone
