// Appends JSON to a string, without building a tree first: an ordered_json of a full finding takes 30 us, this 6 us, and the recorder has
// one thread for 50,000 findings at a time.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace touchstone {

// Puts commas by itself; the caller balances begin and end. Text may be any bytes: what is not UTF-8 is escaped (bytes.hpp).
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object();                      // the outermost, or an item of an array
    void begin_object(std::string_view key);
    void end_object() { out_ += '}'; }
    void begin_array(std::string_view key);
    void end_array() { out_ += ']'; }

    void text(std::string_view key, std::string_view bytes);
    void text_unless_empty(std::string_view key, std::string_view bytes);
    void item(std::string_view bytes);        // of an array of strings
    void flag(std::string_view key, bool value);
    void number(std::string_view key, std::integral auto value) {
        begin(key);
        out_ += std::to_string(value);
    }
    void number_as_text(std::string_view key, std::integral auto value) { text(key, std::to_string(value)); }

    template <class Strings>
    void texts(std::string_view key, const Strings& strings) {
        begin_array(key);
        for (const auto& each : strings) item(each);
        end_array();
    }

private:
    void separate();
    void begin(std::string_view key);  // keys are ours: plain ASCII, or escaped like text
    void quoted(std::string_view bytes);

    std::string& out_;
};

}  // namespace touchstone
