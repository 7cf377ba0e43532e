#include "rounds.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t number_of(WallTime time) { return time.time_since_epoch().count(); }
WallTime time_of(const Json& json) { return WallTime{Nanoseconds{json.get<std::int64_t>()}}; }

Json to_json(const Round& round) {
    Json marks = Json::array();
    for (const auto& mark : round.marks) marks.push_back({number_of(mark.at), mark.objects});
    return {{"begun", number_of(round.begun)}, {"ended", number_of(round.ended)}, {"objects", round.objects},
            {"bytes", round.bytes},            {"differences", round.differences}, {"unreadable", round.unreadable},
            {"changing", round.changing},      {"logs", round.logs},               {"measured", round.measured},
            {"measured_bytes", round.measured_bytes}, {"marks", std::move(marks)}};
}

Round round_of(const Json& json) {
    Round round;
    round.begun = time_of(json.at("begun"));
    round.ended = time_of(json.at("ended"));
    round.objects = json.at("objects");
    round.bytes = json.at("bytes");
    round.measured = json.value("measured", std::uint64_t{0});  // not there in what an older version left
    round.measured_bytes = json.value("measured_bytes", std::uint64_t{0});
    round.differences = json.at("differences");
    round.unreadable = json.value("unreadable", std::uint64_t{0});  // not kept by the first version
    round.changing = json.value("changing", std::uint64_t{0});
    round.logs = json.value("logs", std::uint64_t{0});
    for (const auto& mark : json.at("marks")) round.marks.push_back({time_of(mark.at(0)), mark.at(1)});
    return round;
}

}  // namespace

// When they are too many, the one goes that leaves the smallest distance between its neighbours: so they stay spread over the round.
void Round::mark(WallTime now) {
    marks.push_back({now, objects});
    if (marks.size() <= kMarks) return;
    const auto distance_without = [this](std::size_t i) { return marks[i + 1].objects - (i == 0 ? 0 : marks[i - 1].objects); };
    std::size_t least = 0;
    for (std::size_t i = 1; i + 1 < marks.size(); ++i)
        if (distance_without(i) < distance_without(least)) least = i;
    marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(least));
}

WallTime Round::verified_at(std::uint64_t skipped) const {
    const auto later = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.objects > skipped; });
    return later == marks.begin() ? begun : std::prev(later)->at;
}

std::uint64_t Round::verified_since(WallTime since, std::uint64_t skipped) const {
    std::uint64_t before = begun >= since ? 0 : objects;
    if (begun < since)
        for (const auto& mark : marks)
            if (mark.at >= since) {
                before = mark.objects;
                break;
            }
    return objects - std::min(objects, std::max(before, skipped));
}

Rounds Rounds::from_text(const std::string& text) {
    Rounds made;
    try {
        const auto json = Json::parse(text);
        Rounds read;
        read.now_ = round_of(json.at("now"));
        if (json.contains("last")) read.last_ = round_of(json.at("last"));
        if (auto after = from_hex(json.at("after").get<std::string>())) read.after = std::move(*after);
        made = std::move(read);
    } catch (const Json::exception&) {
    }
    return made;
}

std::string Rounds::to_text() const {
    Json json{{"after", to_hex(after)}, {"now", to_json(now_)}};
    if (last_) json["last"] = to_json(*last_);
    return json.dump();
}

void Rounds::begin(WallTime at) {
    if (now_.begun != WallTime{}) return;
    now_ = Round{};
    now_.begun = at;
    after.clear();
}

void Rounds::end(WallTime at) {
    now_.mark(at);
    now_.ended = at;
    last_ = std::move(now_);
    give_up();
}

void Rounds::give_up() {
    now_ = Round{};
    after.clear();
}

WallTime Rounds::oldest() const {
    if (!last_) return {};
    return now_.objects < last_->objects ? last_->verified_at(now_.objects) : now_.begun == WallTime{} ? last_->begun : now_.begun;
}

double Rounds::share_since(WallTime since, std::uint64_t objects) const {
    if (objects == 0) return 1;
    const auto verified = now_.verified_since(since, 0) + (last_ ? last_->verified_since(since, now_.objects) : 0);
    return std::min(1.0, static_cast<double>(verified) / static_cast<double>(objects));
}

}  // namespace touchstone
