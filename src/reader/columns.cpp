#include "columns.hpp"

#include <fmt/format.h>

#include <ctime>

#include "touchstone/bytes.hpp"

namespace touchstone::reader {
namespace {

const char* code_of(Ink ink) {
    switch (ink) {
        case Ink::faint: return "\x1b[2m";
        case Ink::red: return "\x1b[1;31m";
        case Ink::yellow: return "\x1b[33m";
        case Ink::green: return "\x1b[32m";
        case Ink::cyan: return "\x1b[36m";
        case Ink::magenta: return "\x1b[1;35m";
        case Ink::bold: return "\x1b[1m";
        case Ink::plain: break;
    }
    return "";
}

Ink ink_of(const Entry& entry, std::int64_t severity) {
    if (entry.dataset == Dataset::gap) return Ink::magenta;
    if (entry.dataset == Dataset::notice) return severity >= 73 ? Ink::magenta : severity >= 47 ? Ink::yellow : Ink::faint;
    if (entry.verdict == "authorized") return Ink::green;
    if (entry.verdict == "expected") return Ink::cyan;
    return severity >= 73 ? Ink::red : severity >= 47 ? Ink::yellow : Ink::plain;
}

std::string mark_of(const Entry& entry) {
    if (entry.dataset == Dataset::gap) return "gap";
    if (entry.dataset == Dataset::notice) return "notice";
    return entry.verdict.empty() ? "finding" : printable(entry.verdict);
}

}  // namespace

std::string inked(std::string_view text, Ink ink, const TextForm& form) {
    if (!form.colour || ink == Ink::plain || text.empty()) return std::string(text);
    return fmt::format("{}{}\x1b[0m", code_of(ink), text);
}

std::string time_column(WallTime time, const TextForm& form) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t unix_time = whole.time_since_epoch().count();
    std::tm parts{};
    form.utc ? ::gmtime_r(&unix_time, &parts) : ::localtime_r(&unix_time, &parts);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}{}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                       parts.tm_sec, milliseconds, form.utc ? "Z" : "");
}

std::string severity_name(std::int64_t severity) {
    if (severity >= 99) return "critical";
    if (severity >= 73) return "high";
    if (severity >= 47) return "medium";
    return "low";
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string mark_columns(const Entry& entry, std::int64_t severity, const TextForm& form) {
    return inked(padded(mark_of(entry), 10) + " " + padded(severity_name(severity), 8), ink_of(entry, severity), form);
}

std::string surroundings(const Entry& entry) {
    std::string out;
    if (!entry.process) return out;
    const auto& user = *entry.process;
    if (!user.user_name.empty() || !user.user_id.empty()) out += ", user " + printable(user.user_name.empty() ? user.user_id : user.user_name);
    const bool is_same = entry.login_uid == user.user_id;
    if (!entry.login_uid.empty() && entry.login_uid != "4294967295" && !is_same) out += ", login " + printable(entry.login_uid);
    if (!entry.container_id.empty()) out += ", container " + printable(entry.container_id.substr(0, 12));
    return out;
}

}  // namespace touchstone::reader
