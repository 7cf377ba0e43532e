#include "dpkg/weak.hpp"

#include <algorithm>

#include "dpkg/installed_files.hpp"
#include "dpkg/md5.hpp"
#include "dpkg/scripts.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

Result<std::string> md5_of(const Question& question) {
    Md5 md5;
    const auto read = question.read([&](std::string_view piece) { md5.update(piece); });
    if (!read) return fail(read.error());
    return md5.finish();
}

// The list says nothing of them; what nearly every file of a package has raises no suspicion.
bool is_usual(const Attributes& now) { return now.uid == 0 && now.gid == 0 && (now.mode & 06022) == 0; }

std::vector<std::string> covered(const Attributes& now) {
    std::vector<std::string> covers{"type", "content"};
    if (is_usual(now)) covers.insert(covers.end(), {"mode", "uid", "gid", "inode_flags"});
    if (now.link_count == 1) covers.emplace_back("link_count");
    if (now.xattrs.empty()) covers.emplace_back("xattr.*");
    return covers;
}

std::optional<std::string> sum_at(const std::string& path, const PackageKey& package, const PackageStatus& status, const std::string& root) {
    InRoot in_root(root);
    for (const auto& [shipped, md5] : md5sums_of(root, package, status))
        if (in_root.resolved(shipped).value_or(shipped) == path) return md5;
    return std::nullopt;
}

}  // namespace

Status ask_md5_lists(const Question& question, const std::string& path, Ground& ground, std::vector<Claim>& claims, bool& unread) {
    const auto owners = ground.owners().of(path, ground.installed());
    if (!owners) return fail(owners.error());
    const auto* now = question.now.attributes();
    for (const auto& package : *owners) {
        const auto& status = ground.installed().at(package);
        const auto* evidence = ground.evidence();
        const auto has = evidence ? ground.evidence()->has_archive(package, status.version) : Result<bool>(false);
        if (!has) return fail(has.error());
        if (*has) continue;  // the archive was asked already, and knows better
        const auto listed = evidence ? ground.evidence()->listed(package, status.version) : Result<std::optional<Listed>>(std::nullopt);
        if (!listed) return fail(listed.error());
        const auto refusal = evidence ? ground.evidence()->refusal(package, status.version) : Result<std::string>("");
        if (!refusal) return fail(refusal.error());
        if (!refusal->empty()) {
            Claim claim;
            claim.word = Claim::Word::contradicts;
            claim.evidence = {"dpkg", source_of(package, status.version), "", "its archive was refused: " + *refusal, false, ""};
            claims.push_back(std::move(claim));
            return {};
        }
        unread = unread || !*listed;
        if (!*listed || !ground.settings().weak || !md5_is_offered() || !status.unpacked() || !now || !question.read) continue;
        const auto evaded = ground.evaded_the_hook(info_base(package, status) + ".md5sums");
        if (!evaded) return fail(evaded.error());
        if (*evaded) continue;  // its archive was shown to nobody: `dpkg -i`, whatever version it says it is
        const auto expected = sum_at(path, package, status, ground.settings().root);
        if (!expected) continue;
        const auto md5 = md5_of(question);
        if (!md5) return fail(md5.error());
        Claim claim;
        claim.evidence = {"dpkg", source_of(package, status.version), "", "content is that of dpkg's MD5 list, which nobody signs", true, ""};
        if (*md5 == *expected) {
            claim.covers = covered(*now);
            claims.push_back(std::move(claim));
        } else if (!status.conffiles.contains(path)) {
            claim.word = Claim::Word::contradicts;
            claim.evidence.reason = "content is not that of dpkg's MD5 list";
            claims.push_back(std::move(claim));
        }
        return {};
    }
    return {};
}

}  // namespace touchstone::dpkg
