Feature: Being forgotten

  Whoever asks to be erased is erased everywhere: on the server, at the gates, on the laptops and in their logs. What
  happened stays; whom it happened to does not.

  Background:
    Given a published conference with the gates West, East and North at the "Main door"
    And Bo has a ticket for the "Full conference"
    And Cy has a ticket for the "Full conference"

  Scenario: An attendee is erased
    Given all gates know Bo and Cy
    When the organizer erases Bo
    And all gates are back on the network
    Then neither a gate nor the organizer knows Bo's name
    And they all know Cy's name
    And Bo's ticket still opens the "Main door" at West

  Scenario: The organizer's own log forgets, too
    Given the organizer gave Bo's seat to Dee, with no network
    And the organizer is back on the network
    When the organizer erases Dee
    Then nothing on the organizer's laptop says Dee's name
    And so it is when the organizer's laptop was switched off and on again

  Scenario: A laptop that reads everything anew forgets, too
    Given Bob is an organizer, too
    And Bob gave Bo's seat to Dee, with no network
    And Bob is back on the network
    When Bob becomes door staff
    And the organizer erases Dee
    And Bob is back on the network
    Then nothing on Bob's laptop says Dee's name
