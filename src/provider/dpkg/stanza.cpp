#include "dpkg/stanza.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

namespace touchstone::dpkg {
namespace {

bool same_name(std::string_view left, std::string_view right) {
    return left.size() == right.size() && ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_blank(text.front()) || text.front() == '\r')) text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

const std::string* Stanza::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return same_name(field.first, name); });
    return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Stanza::value(std::string_view name) const {
    const auto* found = find(name);
    return found ? std::string_view(*found) : std::string_view();
}

StanzaReader::StanzaReader(Take take, std::vector<std::string> fields, bool comments)
    : take_(std::move(take)), fields_(std::move(fields)), comments_(comments) {}

Status StanzaReader::refuse(const char* why) const { return fail(Error{fmt::format("line {}: {}", line_, why), ErrorKind::bad_input, 0}); }

bool StanzaReader::wanted(std::string_view name) const {
    return fields_.empty() || std::any_of(fields_.begin(), fields_.end(), [&](const auto& field) { return same_name(field, name); });
}

Status StanzaReader::feed(std::string_view piece) {
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        if (end == std::string_view::npos) {
            cut_ += piece;
            return cut_.size() > kMaxStanza ? refuse("a line is too long") : Status{};
        }
        const auto text = piece.substr(0, end);
        piece.remove_prefix(end + 1);
        auto done = cut_.empty() ? line(text) : line(cut_ += text);
        cut_.clear();
        if (!done) return done;
    }
    return {};
}

Status StanzaReader::finish() {
    if (!cut_.empty())
        if (auto done = line(cut_); !done) return done;
    cut_.clear();
    return end_stanza();
}

Status StanzaReader::line(std::string_view text) {
    ++line_;
    if (comments_ && text.starts_with('#')) return {};
    if (trimmed(text).empty()) return end_stanza();
    if ((size_ += text.size() + 1) > kMaxStanza) return refuse("a stanza is too long");
    if (!is_blank(text.front())) return field(text);
    if (!in_stanza_) return refuse("a continuation of nothing");
    if (open_) open_->append("\n").append(trimmed(text));
    return {};
}

Status StanzaReader::field(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon == std::string_view::npos) return refuse("neither a field nor the continuation of one");
    const auto name = text.substr(0, colon);
    in_stanza_ = true;
    open_ = nullptr;
    if (!wanted(name)) return {};
    if (stanza_.find(name)) return refuse("a field is there twice");
    open_ = &stanza_.fields_.emplace_back(name, trimmed(text.substr(colon + 1))).second;
    return {};
}

Status StanzaReader::end_stanza() {
    const bool whole = std::exchange(in_stanza_, false);
    open_ = nullptr;
    size_ = 0;
    auto done = whole ? take_(stanza_) : Status{};
    stanza_.fields_.clear();
    return done;
}

Status read_stanzas(std::string_view text, StanzaReader::Take take, std::vector<std::string> fields, bool comments) {
    StanzaReader reader(std::move(take), std::move(fields), comments);
    if (auto done = reader.feed(text); !done) return done;
    return reader.finish();
}

std::vector<std::string> words_of(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r";
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos; at = text.find_first_not_of(kBlanks, at)) {
        const auto end = std::min(text.find_first_of(kBlanks, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

}  // namespace touchstone::dpkg
