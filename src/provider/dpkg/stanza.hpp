// Debian's control format (deb822): stanzas of fields, taken piece by piece, so that an index of any size is never held whole.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone::dpkg {

// Names are compared without regard to case. Of a value of several lines each is kept, without its leading blank, joined by newlines.
class Stanza {
public:
    const std::string* find(std::string_view name) const;
    std::string_view value(std::string_view name) const;  // "" when it is not there
    bool empty() const { return fields_.empty(); }

private:
    friend class StanzaReader;
    std::vector<std::pair<std::string, std::string>> fields_;
};

class StanzaReader {
public:
    static constexpr std::size_t kMaxStanza = 16 << 20;  // bytes; Release files list their indexes in one stanza
    using Take = std::function<Status(const Stanza&)>;

    // Keeps only the fields named (all when none is). `comments`: lines that begin with # are left out.
    explicit StanzaReader(Take take, std::vector<std::string> fields = {}, bool comments = false);

    // bad_input, with the line's number: no field, a field of the same name twice, or a stanza that is too long; else what `take` returned.
    Status feed(std::string_view piece);
    Status finish();

private:
    Status line(std::string_view text);
    Status field(std::string_view text);
    Status end_stanza();
    Status refuse(const char* why) const;
    bool wanted(std::string_view name) const;

    Take take_;
    std::vector<std::string> fields_;
    bool comments_;
    Stanza stanza_;
    std::string cut_;  // the beginning of a line whose end has not come yet
    std::string* open_ = nullptr;  // the value that a continuation belongs to; null: of a field that is not kept
    bool in_stanza_ = false;
    std::size_t size_ = 0;
    std::uint64_t line_ = 0;
};

Status read_stanzas(std::string_view text, StanzaReader::Take take, std::vector<std::string> fields = {}, bool comments = false);

// "a b  c" and lines of it: the words.
std::vector<std::string> words_of(std::string_view text);

}  // namespace touchstone::dpkg
