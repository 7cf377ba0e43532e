#include "touchstone/inquiry.hpp"

#include "touchstone/observe.hpp"

namespace touchstone {
namespace {

// What is known, read when somebody asks for it.
class Memory {
public:
    Memory(KnownReader* reader, const std::string& path) : reader_(reader), path_(path) {}

    const Observation* find() {
        if (!asked_) known_ = find(path_);
        asked_ = true;
        return known_ ? &*known_ : nullptr;
    }
    std::optional<Observation> find(const std::string& path) {
        if (reader_ == nullptr) return std::nullopt;
        auto found = reader_->find(path);
        if (found) return std::move(*found);
        failure_ = found.error();
        return std::nullopt;
    }
    const std::optional<Error>& failure() const { return failure_; }

private:
    KnownReader* reader_;
    const std::string& path_;
    bool asked_ = false;
    std::optional<Observation> known_;
    std::optional<Error> failure_;
};

using KnownOf = std::function<std::optional<Observation>(const std::string& path)>;

std::vector<Claim> ask(Panel& panel, std::function<const Observation*()> known, KnownOf known_of, const Observation& now, const TouchedName* touch, DigestAlgorithm digest) {
    if (now.unreadable()) return {};
    if (!now.absent()) {  // of an absence the recorder knows better, and asking is cheaper than finding out
        const Observation* before = known();
        if (before != nullptr && before->look == now.look) return {};
    }
    Question question{now.path, now, std::move(known), digest, nullptr, false, now.looked_at, std::move(known_of), {}, {}};
    if (touch != nullptr) {
        question.actors = &touch->actors;
        question.actors_complete = touch->actors_complete && touch->actor_unknown.empty();
        question.at = touch->last;
    }
    const Attributes* seen = now.attributes();
    if (seen != nullptr && seen->type == FileType::regular) question.read = [&now](const auto& consume) { return read_content(now, consume); };
    return panel.ask(question);
}

}  // namespace

std::vector<Claim> inquire(Panel& panel, KnownReader* known, const Observation& now, const TouchedName* touch, DigestAlgorithm digest) {
    Memory memory(known, now.path);
    auto claims = ask(panel, [&memory] { return memory.find(); }, [&memory](const std::string& path) { return memory.find(path); }, now, touch, digest);
    if (known != nullptr) panel.note_known(memory.failure() ? &*memory.failure() : nullptr);
    if (memory.failure()) claims.clear();
    return claims;
}

std::vector<Claim> inquire(Panel& panel, const Observation* known, const Observation& now, const TouchedName* touch, DigestAlgorithm digest) {
    return ask(panel, [known] { return known; }, {}, now, touch, digest);
}

}  // namespace touchstone
