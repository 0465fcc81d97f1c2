Feature: Checking in where there is no network

  Each gate decides with what it has. What happened at a gate is never refused afterwards, and what contradicts it is
  told to the gates and to the organizer.

  Background:
    Given a published conference with the gates West, East and North at the "Main door"
    And Bo has a ticket for the "Full conference"

  Scenario: A gate lets people in on its own
    Given the gates have no network
    When Bo shows the ticket at West
    Then West says "admit"
    When West is back on the network
    Then the organizer counts 1 person at the "Main door"

  Scenario: The same ticket at one gate
    Given the gates have no network
    When Bo shows the ticket at West
    And Bo shows the ticket at West
    Then West says "already_inside"

  Scenario: The same ticket at two gates that do not know of each other
    Given the gates have no network
    When Bo shows the ticket at West
    And Bo shows the ticket at East
    Then East says "admit"
    When all gates are back on the network
    Then West, East and the organizer see a double admission of Bo, at West and at East
    And the organizer counts 1 person at the "Main door"

  Scenario: An exit that is heard of late takes the warning back
    Given the gates have no network
    When Bo shows the ticket at West
    And Bo leaves by North
    And Bo shows the ticket at East
    And West and East are back on the network
    Then West, East and the organizer see a double admission of Bo, at West and at East
    When all gates are back on the network
    Then the warning is withdrawn at West, East and with the organizer

  Scenario: Out and in again
    Given the gates have no network
    When Bo shows the ticket at West
    And Bo leaves by West
    And Bo shows the ticket at West
    Then West says "admit"
    When all gates are back on the network
    Then nobody sees a warning

  Scenario: A forged ticket
    Given the gates have no network
    When somebody shows a forged ticket at West
    Then West says "forged"
    When all gates are back on the network
    Then the organizer sees that 1 person was turned away at the "Main door"

  Scenario: A ticket that was given to somebody else
    Given Bo's seat was given to Cy
    And the gates have heard of it
    And the gates have no network
    When Bo shows the ticket at West
    Then West says "revoked"
    When Cy shows the ticket at West
    Then West says "admit"

  Scenario: A gate that has not heard of it yet
    Given the gates have no network
    And Bo's seat was given to Cy
    When Bo shows the ticket at West
    Then West says "admit"
    When West is back on the network
    Then the organizer is told that a revoked ticket was let in at West

  Scenario: The wrong door
    Given an area "Dinner" for the "Dinner"
    And the gates have no network
    When Bo shows the ticket at West, at the "Dinner"
    Then West says "wrong_area"
