// The one table of everything that can be an event: what it is called, how ECS and journald class it. docs/events.md prints it,
// systemd/touchstone.catalog explains each message id, and tests hold the three together.
#pragma once

#include <span>
#include <string_view>

#include "touchstone/event.hpp"

namespace touchstone {

inline constexpr std::string_view kDatasetFinding = "touchstone.finding";
inline constexpr std::string_view kDatasetGap = "touchstone.gap";
inline constexpr std::string_view kDatasetNotice = "touchstone.notice";

struct EventKind {
    std::string_view dataset;
    std::string_view action;
    std::string_view category;    // ECS event.category
    std::string_view type;        // ECS event.type; one that ECS expects of the category
    std::string_view outcome;     // ECS event.outcome, "" where there is none
    int priority;                 // syslog, of notices and gaps; a finding's comes from its severity
    std::string_view message_id;  // never reuse or change one: administrators filter by it
};

std::span<const EventKind> event_kinds();
const EventKind& kind_of(const Event& event);
std::string_view ecs_kind(const Event& event);  // "alert" only for an unexpected finding
Severity severity_of(const Event& event);
int priority_of(const Event& event);  // syslog level, 2 to 6

}  // namespace touchstone
