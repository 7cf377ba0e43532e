#include "approval_notice.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "touchstone/approval_store.hpp"

namespace touchstone {
namespace {

std::string named(const Notice& notice) {
    const auto at = [&](const char* key) {
        const auto found = notice.details.find(key);
        return found == notice.details.end() ? std::string() : found->second;
    };
    const auto ticket = at("ticket");
    return at("id").empty() ? "an approval" : fmt::format("approval {}{}", at("id"), ticket.empty() ? "" : " (" + ticket + ")");
}

}  // namespace

std::optional<Notice> approval_notice(const std::string& request) {
    const auto json = nlohmann::json::parse(request, nullptr, false);
    if (!json.is_object() || !json.contains("do") || json["do"] != "approval") return std::nullopt;
    Notice notice;
    for (const auto& [key, value] : json.items())
        if (key != "do" && value.is_string()) notice.details[key] = value.get<std::string>();
    const auto refused = notice.details.find("refused");
    if (refused == notice.details.end()) {
        notice.action = NoticeAction::approval_submitted;
        notice.text = fmt::format("{} of {} paths by {} was taken in, until {}", named(notice), notice.details["paths"], notice.details["approver"], notice.details["expires"]);
        return notice;
    }
    notice.action = NoticeAction::approval_refused;
    notice.severity = Severity::medium;
    notice.text = fmt::format("{} was refused: {}", named(notice), refused->second);
    return notice;
}

Result<std::vector<Notice>> waiting_approval_notices(const std::string& state_directory) {
    std::vector<Notice> notices;
    const auto present = ApprovalStore::open(state_directory);
    if (!present) return fail(present.error());
    if (!*present) return notices;
    auto store = ApprovalStore::open_to_write(state_directory);
    if (!store) return fail(store.error());
    const auto lines = store->take_reports();
    if (!lines) return fail(lines.error());
    for (const auto& line : *lines)
        if (auto notice = approval_notice(line)) notices.push_back(std::move(*notice));
    return notices;
}

}  // namespace touchstone
