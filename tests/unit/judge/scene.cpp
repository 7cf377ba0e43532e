#include "unit/judge/scene.hpp"

namespace scene {

WallTime at(int seconds) { return WallTime(std::chrono::seconds(seconds)); }

namespace {

std::string raw_digest(char letter) { return std::string(digest_size(DigestAlgorithm::sha256), letter); }

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
    return all;
}

std::string told_one(const Finding& finding) {
    std::string text(name_of(finding.action));
    text += " " + finding.path;
    std::vector<std::string> attributes;
    for (const auto& change : finding.changes) attributes.push_back(change.attribute);
    if (!attributes.empty()) text += " (" + joined(attributes) + ")";
    if (!finding.previous_path.empty()) text += " was " + finding.previous_path;
    if (!finding.via.empty()) text += " via " + joined(finding.via);
    if (!finding.other_paths.empty()) text += " also " + joined(finding.other_paths);
    if (finding.transient) text += " transient";
    if (!finding.differs_from_baseline) text += " as baseline";
    return text;
}

}  // namespace

Attributes file(std::uint64_t inode, const std::string& content, int ctime) {
    Attributes a;
    a.mode = 0644;
    a.size = content.size();
    a.link_count = 1;
    a.digest = raw_digest(content.empty() ? '0' : content[0]);
    a.id = {7, inode};
    a.ctime = a.mtime = at(ctime);
    return a;
}

Attributes directory(std::uint64_t inode, int ctime) {
    auto a = file(inode, "", ctime);
    a.type = FileType::directory;
    a.mode = 0755;
    a.size = 4096;
    a.digest.clear();
    return a;
}

Attributes with_mode(Attributes attributes, std::uint32_t mode) {
    attributes.mode = mode;
    return attributes;
}

Attributes log(std::uint64_t inode, const std::string& whole, const std::string& tail, int ctime) {
    auto a = file(inode, "", ctime);
    a.digest.clear();
    BlockDigests blocks;
    blocks.size = whole.size() * BlockDigests::kBlockSize + tail.size() * 100;
    for (const char letter : whole) blocks.full += raw_digest(letter);
    if (!tail.empty()) blocks.tail = raw_digest(static_cast<char>(tail[0] + static_cast<char>(tail.size())));
    a.size = blocks.size;
    a.blocks = blocks;
    return a;
}

Unreadable refused(int error, const std::string& attempted) { return {error, attempted, std::nullopt}; }

Scene& Scene::rule(Profile profile, Severity severity) {
    rule_ = std::make_shared<Rule>(Rule{"/", profile, {}, severity, {}});
    return *this;
}

Scene& Scene::name(const std::string& path, ActSet acts) {
    Subject subject;
    subject.touch.path = path;
    subject.touch.acts = acts;
    subject.touch.first = subject.touch.last = at(1000);
    subject.rule = rule_;
    subject.now = {path, at(1000), Absent{}, std::nullopt, false};
    group.push_back(std::move(subject));
    return *this;
}

Scene& Scene::baseline(Look look) {
    group.back().baseline = Observation{group.back().touch.path, at(500), std::move(look), std::nullopt, false};
    return *this;
}

Scene& Scene::reported(Look look, bool follows_baseline) {
    group.back().reported = Observation{group.back().touch.path, at(600), std::move(look), std::nullopt, follows_baseline};
    return *this;
}

Scene& Scene::now(Look look) {
    group.back().now.look = std::move(look);
    return *this;
}

Scene& Scene::held(bool held, std::uint64_t first_difference) {
    group.back().now.continuity = LogContinuity{held, first_difference, true};
    return *this;
}

Scene& Scene::rotated_to(const std::string& path) {
    group.back().rotation.to = path;
    return *this;
}

Scene& Scene::rotated_from(const std::string& path) {
    group.back().rotation.from = path;
    return *this;
}

Scene& Scene::dropped() {
    group.back().rotation.dropped = true;
    return *this;
}

Scene& Scene::claim(Claim::Word word, const std::string& provider, std::vector<std::string> covers, bool weak) {
    group.back().claims.push_back({word, {provider, "its source", "", "its reason", weak, ""}, std::move(covers)});
    return *this;
}

Scene& Scene::standing(Verdict verdict) {
    group.back().reported->standing = verdict;
    return *this;
}

Scene& Scene::touched_at(int seconds) {
    group.back().touch.first = group.back().touch.last = at(seconds);
    return *this;
}

Scene& Scene::rename(const std::string& from, const std::string& to) {
    renames.push_back({from, to, false});
    return *this;
}

Judgement Scene::judge() const { return touchstone::judge(group, renames, DigestAlgorithm::sha256); }

std::string told(const Judgement& judgement) {
    std::string text;
    for (const auto& finding : judgement.findings) text += (text.empty() ? "" : "; ") + told_one(finding);
    return text;
}

std::string remembered(const Judgement& judgement) {
    std::string text;
    for (const auto& effect : judgement.effects) {
        text += (text.empty() ? "" : "; ") + effect.observation.path;
        text += effect.as_baseline ? " forget" : effect.observation.absent() ? " absent" : effect.observation.unreadable()
            ? " refused" : " known";
        if (effect.observation.follows_baseline) text += " follows";
    }
    return text;
}

}  // namespace scene
