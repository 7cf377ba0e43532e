#include "refusals.hpp"

#include <fmt/format.h>

#include <charconv>

#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr const char* kProvider = "dpkg";  // the only one that is handed anything but approvals

Notice refused_notice(std::string text) {
    Notice notice;
    notice.action = NoticeAction::package_refused;
    notice.severity = Severity::medium;
    notice.text = std::move(text);
    notice.details["provider"] = kProvider;
    return notice;
}

Notice told(const Refusal& refusal) {
    auto notice = refused_notice("refused, and authorizes nothing: " + printable(refusal.text));
    for (const auto& [key, value] : refusal.details) notice.details[key] = printable(value);
    return notice;
}

}  // namespace

std::vector<Notice> Refusals::due(const Ask& ask) {
    std::vector<Notice> notices;
    for (const auto& refusal : ask(kProvider, last_)) {
        const auto lost = refusal.number - number_ - 1;
        if (number_ > 0 && lost > 0) {
            notices.push_back(refused_notice(fmt::format("{} refusals were not kept until they could be told", lost)));
            notices.back().details["lost"] = std::to_string(lost);
        }
        notices.push_back(told(refusal));
        last_ = refusal.id;
        number_ = refusal.number;
    }
    return notices;
}

std::string Refusals::saved() const { return fmt::format("{} {}", last_, number_); }

void Refusals::restore(const std::string& text) {
    std::int64_t last = 0, number = 0;
    const auto blank = text.find(' ');
    const char* const end = text.data() + text.size();
    if (blank == std::string::npos || std::from_chars(text.data(), text.data() + blank, last).ec != std::errc{}) return;
    if (std::from_chars(text.data() + blank + 1, end, number).ec != std::errc{}) return;
    last_ = last;
    number_ = number;
}

Notice refused_hook(const std::string& why) {
    auto notice = refused_notice("what apt is about to install could not be verified, and nothing of it is vouched for: " + printable(why));
    notice.details["refused"] = printable(why);
    return notice;
}

}  // namespace touchstone
