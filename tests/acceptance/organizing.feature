Feature: Organizing a conference where there is no network

  An organizer works on a laptop, on a train or in a cellar. Whatever they do is theirs at once and the server's later,
  and when two people want different things of one field, a person decides and not the machine.

  Background:
    Given Ann's laptop, which may create conferences

  Scenario: A conference is made on a train
    Given Ann has no network
    When Ann creates the conference "Gathering"
    And Ann adds 10 seats "Full conference" at 120.00
    And Ann's laptop is switched off and on again
    Then Ann sees the conference "Gathering" with 10 seats "Full conference"
    And it waits for the server
    When Ann is back on the network
    Then nothing of Ann's waits for the server
    And the server has the conference "Gathering" with 10 seats "Full conference"

  Scenario: It is published once the server has it
    Given Ann created the conference "Gathering" with 10 seats "Full conference"
    When Ann publishes the conference
    And Ann is back on the network
    Then the conference is public and takes orders

  Scenario: A wrong entry is told at once, without a network
    Given Ann created the conference "Gathering" with 10 seats "Full conference"
    And Ann has no network
    When Ann changes the name of the conference to "x"
    Then Ann is told "Name needs at least 2 characters."
    And nothing of Ann's waits for the server

  Scenario: The address was taken by somebody else meanwhile
    Given another conference has the address "gathering"
    And Ann has no network
    When Ann creates the conference "Gathering"
    And Ann publishes the conference
    And Ann is back on the network
    Then Ann finds among the problems "Another conference has the address “gathering”. Choose another one before publishing."
    When Ann chooses the address "gathering_2027"
    And Ann is back on the network
    And Ann publishes the conference
    And Ann is back on the network
    Then the conference is public under "gathering_2027"

  Scenario: Two organizers change different things and both apply
    Given Ann created the conference "Gathering" with 10 seats "Full conference"
    And Bob is an organizer, too
    And neither Ann nor Bob has a network
    When Ann changes the tagline of the conference to "On a train"
    And Bob changes the location of the conference to "Oslo"
    And Ann is back on the network
    And Bob is back on the network
    And Ann is back on the network
    Then Ann and Bob see the tagline "On a train" and the location "Oslo"
    And nobody has a problem

  Scenario: Two organizers change the same thing and the second one decides
    Given Ann created the conference "Gathering" with 10 seats "Full conference"
    And Bob is an organizer, too
    And neither Ann nor Bob has a network
    When Ann changes the tagline of the conference to "On a train"
    And Bob changes the tagline of the conference to "In a cellar"
    And Ann is back on the network
    And Bob is back on the network
    Then Bob finds among the problems "Somebody else changed tagline meanwhile. Look at both versions and choose."
    And Bob is shown "On a train" by Ann beside the own "In a cellar"
    And Ann and Bob see the tagline "On a train"

  Scenario: Fewer seats than are sold
    Given Ann created the conference "Gathering" with 10 seats "Full conference"
    And the conference is published
    And 4 seats "Full conference" were sold while Ann had no network
    When Ann lowers the seats "Full conference" to 3
    And Ann is back on the network
    Then Ann finds among the problems "At least 4 seats are held, sold or allotted, so the quota cannot be smaller than that."
